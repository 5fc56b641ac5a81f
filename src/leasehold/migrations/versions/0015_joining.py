"""joining: see sql/0015_joining.sql."""

from leasehold.migrations.script import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0015_joining")
