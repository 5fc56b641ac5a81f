"""staff_session_retention: see sql/0010_staff_session_retention.sql."""

from leasehold.migrations.script import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0010_staff_session_retention")
