"""fingerprint_form: see sql/0012_fingerprint_form.sql."""

from leasehold.migrations.script import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the SQL of this step."""
    run_sql("0012_fingerprint_form")
