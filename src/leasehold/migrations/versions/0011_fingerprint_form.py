"""fingerprint_form: see sql/0011_fingerprint_form.sql."""

from leasehold.migrations.script import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0011_fingerprint_form")
