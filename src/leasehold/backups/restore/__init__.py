"""A restore: into a new database beside the old one, compared, then swapped by a rename."""
