"""resources: see sql/0012_resources.sql."""

from leasehold.migrations.script import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0012_resources")
