"""Dumps of a real database, and of one that goes away, is busy, or finds the disk full."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leasehold.backups.database import dumping
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import Programs, programs_for
from leasehold.backups.database.tables import Table, list_tables
from leasehold.backups.errors import BackupError, DiskFull, WrongVersion
from leasehold.kit.database import Connection, Database, Role
from tests.backups.database.conftest import CLOSED, Dumped
from tests.conftest import FreshDatabase
from tests.embedded.installation import clean_environment
from tests.licensing.vendor import issue_license, scalar

_TABLES = """
SELECT c.oid::regclass::text FROM pg_class AS c
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'import_upload_parts' ORDER BY 1
"""
_END_BACKUPS = """
SELECT count(*) FROM pg_stat_activity, LATERAL pg_terminate_backend(pid)
 WHERE datname = current_database() AND application_name = 'leasehold backup'
"""
_LIMITED = """
import resource, sys
from pathlib import Path
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import programs_for
from leasehold.backups.database.tables import Table, list_tables
from leasehold.backups.errors import DiskFull
from leasehold.kit.database import Connection, Database, Role
conninfo, target, major, limit = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    dump(Database(conninfo, Role.BACKUP), Path(target), programs=programs_for(int(major)))
except DiskFull:
    sys.exit(11)
"""


class _Once:
    """Does something when the first table was read, while pg_dump is at work."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def __call__(self, what: str, done: int, of: int) -> None:
        if done == 1:
            self._act()


def test_every_table_is_told_with_its_rows_and_its_file(vendor: FreshDatabase, original: Dumped) -> None:
    facts = original.facts
    with vendor.superuser() as connection:
        assert [table.name for table in facts.tables] == [str(name) for (name,) in connection.execute(_TABLES)]
        for table in facts.tables:
            assert table.rows == scalar(connection, f"SELECT count(*) FROM ONLY {table.name}")
            assert (original.path.parent / table.file).is_file()
        assert facts.audit_id == scalar(connection, "SELECT max(id) FROM audit_log")
        assert facts.system_identifier == scalar(connection, "SELECT system_identifier::text FROM pg_control_system()")
    assert [table.name for table in facts.tables if table.closed] == [CLOSED]
    assert {role.value for role in Role} <= set(facts.roles)
    assert sum(table.rows for table in facts.tables) > 1000


def test_what_is_written_meanwhile_is_not_in_it(
    fresh_database: FreshDatabase, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue_license(fresh_database.owner)

    def issue_another_first(connection: Connection) -> list[Table]:
        issue_license(fresh_database.owner)
        return list_tables(connection)

    monkeypatch.setattr(dumping, "list_tables", issue_another_first)
    facts = dump(fresh_database.as_role(Role.BACKUP), tmp_path / "database", programs=programs)
    (licenses,) = (table for table in facts.tables if table.name == "licenses")
    assert licenses.rows == 1
    assert (tmp_path / licenses.file).read_text().splitlines().index("\\.") == 1
    with fresh_database.superuser() as connection:
        assert scalar(connection, "SELECT count(*) FROM licenses") == 2


def test_heartbeats_can_be_left_out(vendor: FreshDatabase, programs: Programs, tmp_path: Path) -> None:
    target = tmp_path / "database"
    facts = dump(vendor.as_role(Role.BACKUP), target, programs=programs, heartbeats="structure")
    assert not [table.name for table in facts.tables if table.name.startswith("license_heartbeats")]
    assert [table.name for table in facts.tables if table.name == "license_sessions"]
    assert "2020-01-15" not in "".join(path.read_text(errors="replace") for path in target.glob("*.dat"))


def test_where_the_connections_are_ended_nothing_is_kept(
    fresh_database: FreshDatabase, programs: Programs, tmp_path: Path
) -> None:
    with fresh_database.superuser() as connection:
        ended = _Once(lambda: connection.execute(_END_BACKUPS))
        with pytest.raises(BackupError, match=r"The dump failed: .* says: .*(terminat|closed|snapshot .* does not)"):
            dump(fresh_database.as_role(Role.BACKUP), tmp_path / "database", programs=programs, progress=ended)
    assert list(tmp_path.iterdir()) == []


def test_what_an_interrupted_dump_left_is_made_anew(vendor: FreshDatabase, programs: Programs, tmp_path: Path) -> None:
    target = tmp_path / "database"
    target.mkdir()
    (target / "1.dat").write_text("half")
    dump(vendor.as_role(Role.BACKUP), target, programs=programs)
    assert not (target / "1.dat").exists()


@pytest.mark.parametrize("limit", [0, 100, 4_000, 12_000, 30_000])
def test_a_disk_that_is_full_at_any_write_leaves_nothing(
    vendor: FreshDatabase, programs: Programs, tmp_path: Path, limit: int
) -> None:
    conninfo = vendor.as_role(Role.BACKUP).conninfo
    arguments = [conninfo, str(tmp_path / "database"), str(programs.major), str(limit)]
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, *arguments],
        env=clean_environment(),
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 11, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_left_alone(
    vendor: FreshDatabase, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leasehold.backups.database.dumping.LEAST_FREE_BYTES", 2**60)
    with pytest.raises(DiskFull, match=r"[\d,]+ MiB are needed on .*, and [\d,]+ MiB are free"):
        dump(vendor.as_role(Role.BACKUP), tmp_path / "database", programs=programs)
    assert list(tmp_path.iterdir()) == []


def test_no_password_is_to_be_seen_by_others(vendor: FreshDatabase, programs: Programs, tmp_path: Path) -> None:
    password = str(conninfo_to_dict(vendor.as_role(Role.BACKUP).conninfo)["password"]).encode()
    seen: list[bytes] = []
    kept: list[Path] = []

    def look() -> None:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (entry / "cmdline").read_bytes()
                if b"/pg_dump\0" in arguments:
                    seen.append(arguments + (entry / "environ").read_bytes())
            except OSError:
                continue
        kept.extend(tmp_path.glob("password-*"))
        assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]

    dump(vendor.as_role(Role.BACKUP), tmp_path / "database", programs=programs, progress=_Once(look))
    assert seen
    assert not [arguments for arguments in seen if password in arguments]
    assert [path.name for path in tmp_path.iterdir()] == ["database"]


def test_any_password_is_passed_on(fresh_database: FreshDatabase, programs: Programs, tmp_path: Path) -> None:
    with fresh_database.superuser() as superuser:
        superuser.execute(r"CREATE ROLE odd LOGIN PASSWORD 'a:b\c d''e' IN ROLE leasehold_backup")
        try:
            conninfo = make_conninfo(fresh_database.owner.conninfo, user="odd", password=r"a:b\c d'e")
            facts = dump(Database(conninfo, Role.BACKUP), tmp_path / "database", programs=programs)
        finally:
            superuser.execute("DROP ROLE odd")
    assert facts.tables


def test_partitions_are_not_changed_while_a_dump_runs_and_heartbeats_go_on(
    fresh_database: FreshDatabase, programs: Programs, tmp_path: Path
) -> None:
    outcome: list[object] = []

    def run(role: Role, statement: LiteralString) -> None:
        with fresh_database.as_role(role).connect(application="test", lock_timeout_ms=50) as connection:
            outcome.append(connection.execute(statement).rowcount)

    def change() -> None:
        with pytest.raises(psycopg.errors.LockNotAvailable):
            run(Role.WORKER, "SELECT ensure_heartbeat_partitions(12)")
        run(Role.SERVER, "INSERT INTO license_heartbeats VALUES (1, 1, now())")

    dump(fresh_database.as_role(Role.BACKUP), tmp_path / "database", programs=programs, progress=_Once(change))
    assert outcome == [1]


def test_a_dump_waits_for_partitions_only_so_long(
    vendor: FreshDatabase, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumping, "_PARTITIONS_WAIT_SECONDS", 0.05)
    with vendor.superuser() as connection, connection.transaction():
        connection.execute("SELECT ensure_heartbeat_partitions()")
        with pytest.raises(BackupError, match="partitions of the heartbeats"):
            dump(vendor.as_role(Role.BACKUP), tmp_path / "database", programs=programs)


def test_programs_of_another_major_version_are_refused(
    vendor: FreshDatabase, programs: Programs, tmp_path: Path
) -> None:
    with pytest.raises(WrongVersion, match="runs on PostgreSQL"):
        dump(vendor.as_role(Role.BACKUP), tmp_path / "database", programs=Programs(programs.directory, "15.3"))


def test_missing_programs_are_named_with_what_to_install() -> None:
    with pytest.raises(WrongVersion, match="apt-get install postgresql-99"):
        programs_for(99)
