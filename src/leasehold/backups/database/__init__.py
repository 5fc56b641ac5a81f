"""The database in a backup: dumped in one snapshot, restored into a scratch PostgreSQL, compared."""
