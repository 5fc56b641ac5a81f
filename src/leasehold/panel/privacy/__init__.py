"""What the law demands about people, in the panel: requests, people and their data, retention."""
