"""The first page of the day: what is in use, who needs attention, whether everything runs."""
