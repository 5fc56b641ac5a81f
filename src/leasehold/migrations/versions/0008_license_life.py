"""license_life: see sql/0008_license_life.sql."""

from leasehold.migrations.script import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0008_license_life")
