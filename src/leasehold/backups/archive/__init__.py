"""The permanent archive: a git repository elsewhere, which only grows."""
