"""backups: see sql/0009_backups.sql."""

from leasehold.migrations.script import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0009_backups")
