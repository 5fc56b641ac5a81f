"""The SQLAlchemy models follow the migrated schema, and both agree on which columns are personal."""

import warnings
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, text

import leasehold.api_keys.models
import leasehold.audit.models
import leasehold.customers.models
import leasehold.imports.models
import leasehold.leads.merging.models
import leasehold.leads.models
import leasehold.licensing.models
import leasehold.privacy.models
import leasehold.reminders.models
import leasehold.resources.models
import leasehold.settings.models
import leasehold.staff.credential_models
import leasehold.staff.models
import leasehold.staff.saved_views  # noqa: F401  # each import registers its tables
from leasehold.kit.database import Database
from leasehold.kit.models import PERSONAL, Base
from leasehold.kit.orm import engine_of

# Written and read with SQL of their own only: the heartbeats, their partitions, the worker's schedules, and what
# programs observe or count. None has a column about a natural person.
_WITHOUT_MODEL = (
    "license_heartbeats",
    "schedules",
    "server_processes",
    "license_denials",
    "activity_samples",
    "backup_days",
    "backup_state",
    "resource_counts",
    "duplicate_candidates",
    "duplicate_checks",
    "duplicate_dismissals",
    "reminder_state",
)
_TRIGGER_ARGUMENTS = """
SELECT c.relname, encode(t.tgargs, 'escape')
  FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
 WHERE t.tgname = 'audit_changes'
"""


def _has_model(_object: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    if kind == "index" and reflected and compare_to is None:
        return False  # what makes lists quick is said in the migrations alone
    return not (kind == "table" and str(name).startswith(_WITHOUT_MODEL))


def _is_never_equal(difference: Any) -> bool:
    """Whether it is about a default that is another one each time."""
    return isinstance(difference, list) and "random()" in str(getattr(difference[0][-1], "arg", ""))


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"include_object": _has_model, "compare_type": True, "compare_server_default": True}
    )
    with warnings.catch_warnings():
        # The index behind an exclusion constraint is reflected with a condition that cannot be compared.
        warnings.simplefilter("ignore")
        found = compare_metadata(context, Base.metadata)
    return [difference for difference in found if not _is_never_equal(difference)]


def test_models_are_the_migrated_schema(database: Database) -> None:
    with engine_of(database).connect() as connection:
        assert _differences(connection) == []


def test_a_missing_column_would_be_noticed(database: Database) -> None:
    with engine_of(database).connect() as connection:
        connection.execute(text("ALTER TABLE products ADD COLUMN colour text"))
        assert [difference[0] for difference in _differences(connection)] == ["remove_column"]


def test_every_column_is_classified() -> None:
    unclassified = [str(column) for table in _tables() for column in table.columns if PERSONAL not in column.info]
    assert unclassified == []


def test_the_audit_triggers_hide_exactly_the_personal_columns(database: Database) -> None:
    with database.connect(application="test") as connection:
        rows = connection.execute(_TRIGGER_ARGUMENTS).fetchall()
    hidden = {str(table): _parse(arguments) for table, arguments in rows}
    for table in _tables():
        if table.name in hidden:
            audited, digested = hidden[table.name]
            classified = {column.name for column in table.columns if column.info[PERSONAL]}
            assert digested == classified & audited, table.name


def _parse(arguments: object) -> tuple[set[str], set[str]]:
    _, audited, digested, *_ = str(arguments).split("\\000")
    return set(audited.strip("{}").split(",")), set(digested.strip("{}").split(",")) - {""}


def _tables() -> list[Table]:
    return list(Base.metadata.tables.values())
