"""The audit log in the panel: what was done, by whom, and whether the log still says what was written."""
