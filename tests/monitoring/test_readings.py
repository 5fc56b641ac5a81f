"""The figures of the installation, as the license server may read them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from leasehold.kit.database import Connection, Database, Role
from leasehold.monitoring import registry
from leasehold.monitoring.archive import ArchiveReadings
from leasehold.monitoring.metric import Metric, Reading
from leasehold.monitoring.readings import read_installation
from leasehold.operations.processes import LaneReport, ProcessReport, report_process
from tests.conftest import FreshDatabase
from tests.monitoring.observed import back_up, observe

LANE = LaneReport(
    batches_per_second=1.0,
    commands_per_second=1.0,
    mean_batch=1.0,
    last_batch=1,
    depth=0,
    failures=0,
    p50_seconds=None,
    p95_seconds=None,
)


@pytest.fixture
def server(fresh_database: FreshDatabase) -> Iterator[Connection]:
    with fresh_database.as_role(Role.SERVER).connect(application="test", autocommit=True) as connection:
        yield connection


def say(readings: list[Reading], metric: Metric) -> dict[tuple[str, ...], float]:
    """What `readings` say of `metric`, by labels."""
    return {reading.labels: reading.value for reading in readings if reading.metric is metric}


def report(connection: Connection, *, version: str, depth: int, pending: int, down: bool = False) -> None:
    lanes = {"reads": LaneReport(**{name: getattr(LANE, name) for name in LANE.__struct_fields__} | {"depth": depth})}
    report_process(
        connection,
        ProcessReport(
            id=uuid4(),
            host="here",
            pid=1,
            version=version,
            age=1.0,
            heartbeats_per_second=0.0,
            commands_per_second=0.0,
            heartbeats_last_minute=0,
            pending=pending,
            database_down=down,
            lanes=lanes,
        ),
    )


def test_processes_are_counted_and_what_waits_in_them_is_added_up(server: Connection) -> None:
    report(server, version="1", depth=3, pending=10)
    report(server, version="1", depth=4, pending=20)
    report(server, version="2", depth=0, pending=0, down=True)
    report(server, version="2", depth=99, pending=99)
    server.execute("UPDATE server_processes SET seen_at = seen_at - interval '21 s' WHERE pending = 99")
    readings = read_installation(server)
    assert say(readings, registry.SERVER_PROCESSES) == {
        ("1", "reporting"): 2,
        ("2", "database_away"): 1,
        ("2", "silent"): 1,
    }
    assert say(readings, registry.LANE_QUEUE) == {("reads",): 7}
    assert say(readings, registry.CALLERS_WAITING) == {(): 30}


def test_live_sessions_are_those_of_the_last_minutes(database: Database, server: Connection) -> None:
    assert say(read_installation(server), registry.SESSIONS_LIVE) == {}
    with database.connect(application="test", autocommit=True) as owner:
        owner.execute(
            "INSERT INTO activity_samples"
            " SELECT 'minute', now() - interval '1 minute' * age, live, live, 0, 5, 6, now()"
            "   FROM (VALUES (0, 7), (2, 8)) AS samples (age, live)"
        )
        readings = read_installation(server)
        assert say(readings, registry.SESSIONS_LIVE) == {(): 7}
        assert (say(readings, registry.DEVICES_ACTIVE), say(readings, registry.SEATS_SOLD)) == ({(): 5}, {(): 6})
        owner.execute("UPDATE activity_samples SET at = at - interval '4 minutes'")
    assert say(read_installation(server), registry.SESSIONS_LIVE) == {}


def test_a_partition_that_is_missing_and_rows_that_were_caught(database: Database, server: Connection) -> None:
    readings = read_installation(server)
    assert say(readings, registry.PARTITION_MONTHS_AHEAD) == {(): 3}
    assert say(readings, registry.DEFAULT_PARTITION_ROWS) == {(): 0}
    with database.connect(application="test", autocommit=True) as owner:
        (last,) = owner.execute(
            "SELECT 'license_heartbeats_' || to_char((now() AT TIME ZONE 'UTC') + interval '3 months', 'YYYY_MM')"
        ).fetchone() or ("",)
        owner.execute(f"DROP TABLE {last}")
    assert say(read_installation(server), registry.PARTITION_MONTHS_AHEAD) == {(): 2}


def test_jobs_and_backups(fresh_database: FreshDatabase, server: Connection, tmp_path: Path) -> None:
    assert set(say(read_installation(server), registry.BACKUP_AGE)) == {("verified",)}
    observe(fresh_database, tmp_path)
    with fresh_database.owner.connect(application="test", autocommit=True) as owner:
        owner.execute("UPDATE schedules SET failure = 'no room' WHERE name = 'sweep'")
        owner.execute("UPDATE schedules SET due_at = now() - interval '10 s'")
        owner.execute("UPDATE schedules SET due_at = now() - interval '1 minute' WHERE name = 'activity'")
        owner.execute(
            "UPDATE backup_state SET verified_at = now() - interval '1 hour', proved_at = now() - interval '2 hours',"
            " failure = 'no room'"
        )
    readings = read_installation(server)
    overdue, failing = say(readings, registry.JOB_OVERDUE), say(readings, registry.JOB_FAILING)
    assert (overdue["activity",], overdue["retention",]) == (1, 0)
    assert (failing["sweep",], failing["activity",]) == (1, 0)
    ages = say(readings, registry.BACKUP_AGE)
    assert (round(ages["verified",] / 3600, 1), round(ages["proved",] / 3600, 1)) == (1, 2)
    assert say(readings, registry.BACKUP_FAILING) == {(): 1}


def test_the_archive_is_as_the_catalogue_says_and_read_again_when_that_changes(tmp_path: Path) -> None:
    archive = ArchiveReadings(tmp_path)
    assert archive.read() == []
    back_up(tmp_path, 5000)
    assert say(archive.read(), registry.ARCHIVE_BYTES) == {(): 5000}
    assert say(archive.read(), registry.ARCHIVE_DAYS_LEFT) == {}
    back_up(tmp_path, 0, 300)
    readings = archive.read()
    assert archive.read() is readings
    assert say(readings, registry.ARCHIVE_BYTES) == say(readings, registry.ARCHIVE_VOLUME_BYTES) == {(): 5300}
    assert say(readings, registry.ARCHIVE_DAYS_LEFT)[()] > 1


def test_a_catalogue_that_was_tampered_with_tells_nothing(tmp_path: Path) -> None:
    back_up(tmp_path, 5000)
    archive = ArchiveReadings(tmp_path)
    path = next((tmp_path / "backups").glob("catalog*"))
    path.write_bytes(path.read_bytes().replace(b"5000", b"1"))
    assert archive.read() == []


def test_reminders_are_told_by_how_they_stand(server: Connection, database: Database) -> None:
    with database.connect(application="test") as connection:
        connection.execute(
            """
            INSERT INTO reminder_mails
                (message_id, kind, recipient, language, state, next_attempt_at, attempted_at, sent_at, created_at)
            VALUES ('<1>', 'license_expiry', 'a@b.test', 'de', 'waiting', now(), NULL, NULL, now() - interval '2 days'),
                   ('<2>', 'license_expiry', 'a@b.test', 'de', 'sent', NULL, now(), now(), now()),
                   ('<3>', 'license_expiry', 'a@b.test', 'de', 'sent', NULL, now(), now() - interval '25 hours', now()),
                   ('<4>', 'license_expiry', 'a@b.test', 'de', 'given_up', NULL, now(), NULL, now()),
                   ('<5>', 'license_expiry', 'a@b.test', 'de', 'given_up', NULL, now() - interval '8 days', NULL, now())
            """
        )
    readings = read_installation(server)
    assert say(readings, registry.REMINDER_MAILS) == {("waiting",): 1, ("sent",): 1, ("given_up",): 1}
    assert say(readings, registry.REMINDERS_WAITING_SECONDS)[()] >= 2 * 86400
    assert say(readings, registry.REMINDERS_FAILING) == {(): 0}
    with database.connect(application="test") as connection:
        connection.execute("UPDATE reminder_state SET failure = 'no route', failed_at = now()")
    assert say(read_installation(server), registry.REMINDERS_FAILING) == {(): 1}
