"""How a backup is kept: cut into pieces, compressed against the one before, sealed, and put into a git repository."""
