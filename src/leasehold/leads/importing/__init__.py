"""Institutions, and the people in them, out of files: read, judged, written down."""
