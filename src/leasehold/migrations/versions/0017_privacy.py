"""privacy: see sql/0017_privacy.sql."""

from leasehold.migrations.script import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0017_privacy")
