"""A dump is restored and compared; what differs by one value is found, what was tried before is not tried again."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import psycopg
import pytest
from alembic import command
from psycopg.conninfo import make_conninfo

from leasehold.backups.database.comparing import compare
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import Programs, programs_for
from leasehold.backups.database.restoring import make_roles, restore_dump
from leasehold.backups.database.scratch import scratch_cluster
from leasehold.backups.database.verifying import known_tables, verify
from leasehold.backups.errors import BackupError, NotVerified
from leasehold.backups.manifest import DatabaseFacts, Manifest, StoredFile, TableFacts
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import engine_of
from leasehold.migrations.runner import _config
from tests.backups.database.conftest import CLOSED, Dumped
from tests.embedded.installation import clean_environment, processes_of, wait_until
from tests.embedded.system_postgresql import running_system_postgresql
from tests.licensing.vendor import scalar

_LIMITED = """
import resource, sys
from pathlib import Path
import msgspec
from leasehold.backups.database.programs import programs_for
from leasehold.backups.database.verifying import verify
from leasehold.backups.errors import DiskFull
from leasehold.backups.manifest import DatabaseFacts
work, limit = Path(sys.argv[1]), int(sys.argv[3])
facts = msgspec.json.decode((work / "facts").read_bytes(), type=DatabaseFacts)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    verify(work / "database", facts, work / "scratch", programs_for(int(sys.argv[2])))
except DiskFull:
    sys.exit(11)
"""
_IN_SCRATCH = """
import sys, time
from pathlib import Path
from leasehold.backups.database.programs import programs_for
from leasehold.backups.database.scratch import scratch_cluster
with scratch_cluster(Path(sys.argv[1]), programs_for(int(sys.argv[2]))) as conninfo:
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def restored(original: Dumped, programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """How to get into a database with everything of the dump."""
    with scratch_cluster(tmp_path_factory.mktemp("work") / "scratch", programs) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            make_roles(connection, original.facts.roles)
        restore_dump(original.path, conninfo, programs)
        yield conninfo


def test_a_good_dump_is_verified_and_nothing_is_left(dumped: Dumped, programs: Programs, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    verify(dumped.path, dumped.facts, tmp_path / "scratch", programs, progress=lambda *said: told.append(said))
    tables = len(dumped.facts.tables) + 1  # the one whose rows are in no backup is there too, and empty
    assert told == [("compared", number, tables) for number in range(1, tables + 1)]
    assert [path.name for path in tmp_path.iterdir()] == ["database"]
    assert processes_of(tmp_path / "scratch") == []


def test_every_table_is_compared(original: Dumped, restored: str) -> None:
    compare(original.facts, restored)
    for number, table in enumerate(original.facts.tables):
        for other in (msgspec.structs.replace(table, rows=table.rows + 1), msgspec.structs.replace(table, hash="1")):
            with pytest.raises(NotVerified, match=rf"{table.name} has {table.rows:,} rows"):
                compare(_with(original.facts, number, other), restored)


def test_one_changed_value_is_found(original: Dumped, restored: str) -> None:
    with psycopg.connect(restored, autocommit=True) as connection:
        connection.execute("ALTER TABLE products DISABLE TRIGGER USER")
        connection.execute("UPDATE products SET name = name || ' '")
        try:
            with pytest.raises(NotVerified, match="products has 1 rows as before, but not the same ones"):
                compare(original.facts, restored)
        finally:
            connection.execute("UPDATE products SET name = rtrim(name)")
    compare(original.facts, restored)


def test_rows_that_no_dump_had_and_missing_tables_are_found(original: Dumped, restored: str) -> None:
    without = msgspec.structs.replace(
        original.facts, tables=tuple(table for table in original.facts.tables if table.name != "licenses")
    )
    with pytest.raises(NotVerified, match="licenses has 3 rows that no dump had"):
        compare(without, restored)
    missing = TableFacts("further", 5, "7", "database/9999.dat")
    with pytest.raises(NotVerified, match="further is missing, with 5 rows"):
        compare(msgspec.structs.replace(original.facts, tables=(*original.facts.tables, missing)), restored)


def test_a_dump_that_lost_a_row_is_not_verified(dumped: Dumped, programs: Programs, tmp_path: Path) -> None:
    rows = dumped.rows_of("audit_log").read_bytes().splitlines(keepends=True)
    dumped.rows_of("audit_log").write_bytes(b"".join(rows[1:]))
    with pytest.raises(NotVerified, match=r"audit_log has .* rows, .* were dumped"):
        verify(dumped.path, dumped.facts, tmp_path / "scratch", programs)
    assert not (tmp_path / "scratch").exists()


def test_a_dump_that_lost_a_file_is_not_verified(dumped: Dumped, programs: Programs, tmp_path: Path) -> None:
    dumped.rows_of("licenses").unlink()
    with pytest.raises(BackupError, match="The restore failed: pg_restore says: "):
        verify(dumped.path, dumped.facts, tmp_path / "scratch", programs)


def test_a_closed_partition_is_not_restored_again_unless_it_changed(
    dumped: Dumped, programs: Programs, tmp_path: Path
) -> None:
    known = known_tables(_manifest(dumped))
    assert [table.name for table in known] == [CLOSED]
    assert verify(dumped.path, dumped.facts, tmp_path / "scratch", programs, known=known) == {CLOSED}
    (entry,) = known
    other = [msgspec.structs.replace(entry, rows=1), msgspec.structs.replace(entry, sha256="0" * 64)]
    assert verify(dumped.path, dumped.facts, tmp_path / "scratch", programs, known=other) == frozenset()
    dumped.rows_of(CLOSED).write_text(dumped.rows_of(CLOSED).read_text().replace("2020-01-15", "2020-01-16"))
    with pytest.raises(NotVerified, match=f"{CLOSED} has 1,000 rows as before"):
        verify(dumped.path, dumped.facts, tmp_path / "scratch", programs, known=known)


def test_what_a_killed_trial_left_does_no_harm(programs: Programs, tmp_path: Path) -> None:
    directory = tmp_path / "scratch"
    arguments = [sys.executable, "-c", _IN_SCRATCH, str(directory), str(programs.major)]
    with subprocess.Popen(arguments, env=clean_environment(), stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"ready\n"
        killed.send_signal(signal.SIGKILL)
    assert directory.exists()
    with scratch_cluster(directory, programs) as conninfo, psycopg.connect(conninfo) as connection:
        assert scalar(connection, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
    wait_until(lambda: processes_of(directory) == [], "every process has ended")
    assert not directory.exists()


def test_an_older_schema_of_somebody_elses_postgresql(tmp_path: Path) -> None:
    """Another major version where the system has one, roles of their own, a schema of long ago, no embedded owner."""
    with running_system_postgresql() as url:
        _migrate_to(url, "0003")
        with psycopg.connect(url) as owner:
            owner.execute("CREATE TABLE vendors_own (id int, note text)")
            owner.execute("INSERT INTO vendors_own VALUES (1, 'tab\there')")
            owner.execute("GRANT SELECT ON vendors_own TO leasehold_backup")
            programs = programs_for(owner.info.server_version // 10_000)
        database = Database(make_conninfo(url, options="-c role=leasehold_backup"), Role.BACKUP)
        facts = dump(database, tmp_path / "database", programs=programs)
        assert facts.versions.schema == 3
        assert set(facts.roles) == {"vendor", *(role.value for role in set(Role) - {Role.OWNER})}
        assert {"licenses", "vendors_own"} <= {table.name for table in facts.tables}
        verify(tmp_path / "database", facts, tmp_path / "scratch", programs)
        with psycopg.connect(url, user="postgres", dbname="postgres", autocommit=True) as superuser:
            superuser.execute("CREATE DATABASE again OWNER vendor")
        again = make_conninfo(url, dbname="again")
        restore_dump(tmp_path / "database", again, programs, skip={"vendors_own"})
        compare(facts, again, without={"vendors_own"})


@pytest.mark.parametrize("limit", [0, 1_000, 60_000, 1_000_000])
def test_a_disk_that_is_full_while_trying_is_told_as_such(
    dumped: Dumped, programs: Programs, tmp_path: Path, limit: int
) -> None:
    (tmp_path / "facts").write_bytes(msgspec.json.encode(dumped.facts))
    arguments = [sys.executable, "-c", _LIMITED, str(tmp_path), str(programs.major), str(limit)]
    done = subprocess.run(arguments, env=clean_environment(), capture_output=True, check=False, text=True)
    assert done.returncode == 11, done.stderr
    assert not (tmp_path / "scratch").exists()


def _with(facts: DatabaseFacts, number: int, table: TableFacts) -> DatabaseFacts:
    tables = (*facts.tables[:number], table, *facts.tables[number + 1 :])
    return msgspec.structs.replace(facts, tables=tables)


def _manifest(dumped: Dumped) -> Manifest:
    files = tuple(
        StoredFile(table.file, 0, sha256((dumped.path.parent / table.file).read_bytes()).hexdigest(), 0o600)
        for table in dumped.facts.tables
    )
    return Manifest("server_backup_20260131_030000", "2026-01-31T03:00:00Z", "test", dumped.facts, files)


def _migrate_to(url: str, number: str) -> None:
    owner = Database(url, Role.OWNER)
    with engine_of(owner).begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, number)
    engine_of(owner).dispose()
