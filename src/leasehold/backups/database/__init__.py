"""The database of a backup: dumped with what is known of it, restored and compared."""
