"""What is told to those who watch from outside: every metric, and what a dashboard and alerts make of them."""
