"""The list of all contacts."""
