"""operations: see sql/0006_operations.sql."""

from leasehold.migrations.script import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0006_operations")
