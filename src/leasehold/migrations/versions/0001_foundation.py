"""foundation: see sql/0001_foundation.sql."""

from leasehold.migrations.script import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0001_foundation")
