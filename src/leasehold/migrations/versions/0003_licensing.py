"""licensing: see sql/0003_licensing.sql."""

from leasehold.migrations.script import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0003_licensing")
