"""A backup comes back whole, beside what is there, or not at all."""

from pathlib import Path

import msgspec
import psycopg
import pytest

from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import (
    BackupDamaged,
    BackupError,
    BackupRunning,
    BackupUnknown,
    ExitStatus,
    NotVerified,
    WrongVersion,
)
from leasehold.backups.lock import only_one
from leasehold.backups.manifest import Manifest
from leasehold.backups.restore.restoring import restore
from leasehold.backups.restore.sources import fetch_backup
from leasehold.backups.restore.state import Step, read_state
from leasehold.backups.restore.tables import LEFT_BEHIND, RESTORED
from leasehold.kit.configuration import Configuration
from leasehold.kit.maintenance import under_maintenance
from leasehold.migrations.state import wanted_schema
from tests.backups.restore.installation import Restorable
from tests.conftest import FreshDatabase

_TABLES = """
SELECT relname::text FROM pg_class
 WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition
"""


@pytest.fixture
def name(here: Restorable) -> str:
    """A backup with the product `Studio`, of which `Spoilt` was made since."""
    here.change("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    here.change("INSERT INTO schedules (name) VALUES ('sweep')")
    here.seal()
    made = here.back_up()
    here.change("UPDATE products SET name = 'Spoilt'")
    here.seal()
    return made


def _is_untouched(here: Restorable) -> bool:
    spoilt = here.read("SELECT name FROM products") == [("Spoilt",)]
    return spoilt and len(here.databases()) == 1 and not under_maintenance(here.data_dir)


def test_every_table_is_in_a_list(here: Restorable) -> None:
    assert {table for (table,) in here.read(_TABLES)} == LEFT_BEHIND | RESTORED
    assert not LEFT_BEHIND & RESTORED


def test_what_was_there_is_there_again_and_what_is_replaced_is_kept(here: Restorable, name: str) -> None:
    outcome = here.restore(name)

    assert here.read("SELECT slug, name FROM products") == [("studio", "Studio")]
    assert here.read("SELECT name FROM schedules") == []
    assert (outcome.previous, outcome.schema, outcome.migrated_from) == (here.databases()[1], wanted_schema(), None)
    assert here.verify().whole
    asides = list(here.data_dir.glob("audit-checkpoint.*.jws"))
    assert len(asides) == 1
    recorded = here.value("SELECT after FROM audit_log WHERE action = 'restored'")
    assert asides[0].read_text().strip() == recorded["witness"]
    assert recorded["replaced"] == outcome.previous
    assert Catalog(here.places).find(name).facts["previous_database"] == outcome.previous
    here.restore(name)
    assert here.value("SELECT count(*) FROM audit_log WHERE action = 'restored'") == 1
    assert here.verify().whole


@pytest.mark.parametrize("is_possible", [True, False])
def test_what_is_replaced_is_backed_up_where_that_is_possible(here: Restorable, name: str, is_possible: bool) -> None:
    asked: list[str] = []

    class _Guard:
        def before_change(self, reason: str) -> None:
            asked.append(reason)
            if not is_possible:
                raise BackupError("failed", "The disk is full.")

    restore(here.configuration, name, actor="cli:test", say=here.said.append, source=fetch_backup, guard=_Guard())
    assert asked == [f"the restore of {name}"]
    assert any("The disk is full." in sentence for sentence in here.said) is not is_possible


def test_a_dry_run_says_what_would_happen_and_changes_nothing(here: Restorable, name: str) -> None:
    here.change("INSERT INTO staff_members (email, name, role, disabled_at) VALUES ('a@b.test', 'A', 'sales', now())")
    outcome = here.restore(name, dry_run=True)
    assert (outcome.dry_run, outcome.carried) == (True, ())
    assert _is_untouched(here)
    assert here.said[-1] == "Nothing was changed: this was a dry run."


def test_a_backup_of_a_newer_release_is_refused(here: Restorable, name: str) -> None:
    def newer(configuration: Configuration, name: str, target: Path) -> Manifest:
        manifest = fetch_backup(configuration, name, target)
        versions = msgspec.structs.replace(manifest.database.versions, schema=9999, leasehold="99.0")
        return msgspec.structs.replace(manifest, database=msgspec.structs.replace(manifest.database, versions=versions))

    with pytest.raises(WrongVersion, match=r"Leasehold 99\.0 \(schema 9999\)") as refused:
        restore(here.configuration, name, actor="cli:test", say=here.said.append, source=newer)
    assert refused.value.status is ExitStatus.WRONG_VERSION
    assert _is_untouched(here)


def test_a_restore_that_differs_is_not_used(here: Restorable, name: str) -> None:
    def other(configuration: Configuration, name: str, target: Path) -> Manifest:
        manifest = fetch_backup(configuration, name, target)
        tables = [msgspec.structs.replace(table, rows=table.rows + 1) for table in manifest.database.tables]
        return msgspec.structs.replace(
            manifest, database=msgspec.structs.replace(manifest.database, tables=tuple(tables))
        )

    with pytest.raises(NotVerified, match="products has 1 rows, 2 were dumped"):
        restore(here.configuration, name, actor="cli:test", say=here.said.append, source=other)
    assert _is_untouched(here)
    state = read_state(here.places)
    assert state is not None
    assert (state.step, "products" in (state.failure or "")) == (Step.FAILED, True)


def test_a_damaged_backup_is_refused(here: Restorable, name: str) -> None:
    largest = max(here.places.repository.glob("objects/??/*"), key=lambda path: path.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.chmod(0o600)
    largest.write_bytes(content)
    with pytest.raises(BackupDamaged):
        here.restore(name)
    assert _is_untouched(here)


def test_unknown_names_and_a_second_restore_are_refused(here: Restorable) -> None:
    with pytest.raises(BackupUnknown):
        here.restore("server_backup_20000101_000000")
    with pytest.raises(BackupError, match="is no backup's name"):
        here.restore("../server_backup_20000101_000000")
    with only_one(here.places, "A backup"), pytest.raises(BackupRunning):
        here.restore("server_backup_20000101_000000")


def test_a_dropped_database_is_no_obstacle(here: Restorable, name: str) -> None:
    database = here.databases()[0]
    with psycopg.connect(here.configuration.database_url or "", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
    outcome = here.restore(name)
    assert outcome.previous is None
    assert "could not be read" in outcome.notes[0]
    assert here.read("SELECT name FROM products") == [("Studio",)]
    assert here.verify().whole


def test_a_connection_that_cannot_be_cut_off_is_named_and_nothing_is_changed(
    here: Restorable, name: str, fresh_database: FreshDatabase
) -> None:
    with fresh_database.superuser(), pytest.raises(BackupError, match="perhaps a superuser"):
        here.restore(name)
    assert _is_untouched(here)
    here.restore(name)
    assert here.read("SELECT name FROM products") == [("Studio",)]
