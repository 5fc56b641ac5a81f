"""lists: see sql/0007_lists.sql."""

from leasehold.migrations.script import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0007_lists")
