"""reminders: see sql/0016_reminders.sql."""

from leasehold.migrations.script import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0016_reminders")
