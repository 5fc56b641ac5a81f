"""What the law demands about people: where their data are, what they ask for, restriction, erasure, retention."""
