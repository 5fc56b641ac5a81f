"""The schema, forwards only (Alembic); the SQL itself is in `sql/`."""
