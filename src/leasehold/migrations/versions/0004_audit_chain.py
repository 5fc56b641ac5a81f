"""audit_chain: see sql/0004_audit_chain.sql."""

from leasehold.migrations.script import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0004_audit_chain")
