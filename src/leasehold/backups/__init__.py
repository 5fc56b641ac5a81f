"""A backup before every change, and every day."""
