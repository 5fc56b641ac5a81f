"""The steps, in order; each runs one file of SQL."""
