"""The backups in the panel: how a restore is told, and the way in when the database is gone."""
