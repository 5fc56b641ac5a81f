"""people: see sql/0002_people.sql."""

from leasehold.migrations.script import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0002_people")
