"""A migration is a file of SQL; this runs it, whole, on Alembic's connection."""

from importlib.resources import files

from alembic import op


def run_sql(name: str) -> None:
    """Execute `sql/<name>.sql` in the migration's transaction."""
    text = (files("leasehold.migrations") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    op.get_bind().connection.driver_connection.execute(text)  # type: ignore[union-attr]  # psycopg's own connection
