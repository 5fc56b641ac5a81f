"""leads: see sql/0014_leads.sql."""

from leasehold.migrations.script import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0014_leads")
