"""sign_in: see sql/0005_sign_in.sql."""

from leasehold.migrations.script import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0005_sign_in")
