"""metrics: see sql/0013_metrics.sql."""

from leasehold.migrations.script import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0013_metrics")
