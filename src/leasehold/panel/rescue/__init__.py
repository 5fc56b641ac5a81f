"""The way to the backups when the database is gone, and how a restore is told."""
