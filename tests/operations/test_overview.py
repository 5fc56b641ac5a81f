"""What the dashboard asks, as the panel's role."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from leasehold.kit.database import Connection, Database, Role
from leasehold.licensing.sweep import sweep_dead_sessions
from leasehold.operations import occupancy
from leasehold.operations.activity import sample_activity
from leasehold.operations.attention import find_expiring_licenses, find_silent_devices
from leasehold.operations.occupancy import count_live_sessions, read_occupancy
from leasehold.operations.upkeep import read_upkeep
from tests.conftest import FreshDatabase
from tests.licensing.vendor import ACTOR, issue_license
from tests.operations.test_activity import start_session

DAY = timedelta(days=1)


@pytest.fixture
def panel(fresh_database: FreshDatabase) -> Iterator[Connection]:
    with fresh_database.as_role(Role.PANEL).connect(application="test", autocommit=True) as connection:
        yield connection


def _change(database: Database, statement: str, *parameters: object) -> None:
    with database.connect(application="test") as owner:
        ACTOR.sign(owner)
        owner.execute(statement, parameters)


def test_occupancy_before_the_first_sample_and_after(
    database: Database, panel: Connection, fresh_database: FreshDatabase
) -> None:
    key = issue_license(database, sessions=3)
    start_session(database, key, 1)
    start_session(database, key, 2)
    now = read_occupancy(panel)
    assert (now.sessions_live, now.seats_sold, now.counted_at) == (2, None, None)
    with fresh_database.as_role(Role.WORKER).connect(application="test") as worker:
        sample_activity(worker)
    now = read_occupancy(panel)
    assert (now.seats_used, now.seats_sold, now.devices_active) == (2, 3, 2)


def test_a_silent_session_is_not_live_before_the_sweep_comes(
    database: Database, panel: Connection, fresh_database: FreshDatabase
) -> None:
    key = issue_license(database, sessions=3)
    start_session(database, key, 1)
    start_session(database, key, 2)
    _change(database, "UPDATE runtime SET service_pulse = now(), available_since = now() - interval '1 day'")
    _change(
        database,
        "UPDATE license_sessions SET last_heartbeat_at = now() - interval '61 s'"
        " WHERE id = (SELECT min(id) FROM license_sessions)",
    )
    assert count_live_sessions(panel) == read_occupancy(panel).sessions_live == 1
    with fresh_database.as_role(Role.WORKER).connect(application="test") as worker:
        assert sweep_dead_sessions(worker) == 1
    assert count_live_sessions(panel) == 1


def test_very_many_sessions_are_told_as_of_the_last_sample(
    database: Database, panel: Connection, fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = issue_license(database, sessions=3)
    start_session(database, key, 1)
    with fresh_database.as_role(Role.WORKER).connect(application="test") as worker:
        sample_activity(worker)
    monkeypatch.setattr(occupancy, "_COUNTED_UP_TO", 1)
    start_session(database, key, 2)
    start_session(database, key, 3)
    now = read_occupancy(panel)
    assert now.sessions_live == 1
    assert now.seats_used_at is not None
    assert now.seats_used_at.second == 0


def test_licenses_that_end_soon(database: Database, panel: Connection) -> None:
    now = datetime.now(UTC)
    days = (29, 1, -1, 31)
    keys = {d: issue_license(database, valid_from=now - 9 * DAY, valid_until=now + d * DAY) for d in days}
    suspended = issue_license(database, valid_from=now - 9 * DAY, valid_until=now + DAY)
    issue_license(database)
    _change(database, "UPDATE licenses SET suspended_at = now() WHERE license_key = %s", suspended)
    found = find_expiring_licenses(panel, days=30)
    assert (found.number, found.and_more) == (2, False)
    assert [line.license_key for line in found.first] == [keys[1], keys[29]]
    assert (found.first[0].product, found.first[0].type) == ("Studio", "full")
    assert find_expiring_licenses(panel, days=0).number == 0


def test_of_many_the_first_ten_are_named(database: Database, panel: Connection) -> None:
    now = datetime.now(UTC)
    for number in range(12):
        issue_license(database, valid_from=now - DAY, valid_until=now + (number + 1) * DAY)
    found = find_expiring_licenses(panel, days=30)
    assert (found.number, len(found.first)) == (12, 10)


def test_devices_that_have_fallen_silent(database: Database, panel: Connection) -> None:
    key = issue_license(database, devices=5, sessions=5)
    for number in range(1, 6):
        start_session(database, key, number)
    # 1 is seen, 2 and 3 are silent, 4 is inactive, 5 has a session that lives.
    _change(database, "DELETE FROM license_sessions WHERE device_id <> (SELECT max(device_id) FROM license_sessions)")
    for number, days in ((1, 13), (2, 15), (3, 400), (4, 100), (5, 100)):
        _change(
            database,
            "UPDATE device_registrations SET last_seen_at = now() - make_interval(days => %s)"
            " WHERE hardware_fingerprint LIKE %s",
            days,
            f"%{number}",
        )
    _change(
        database,
        "UPDATE device_registrations SET status = 'inactive', slot = NULL WHERE hardware_fingerprint LIKE '%%4'",
    )
    found = find_silent_devices(panel, days=14)
    assert (found.number, found.and_more) == (2, False)
    longest, shortest = found.first
    assert longest.last_seen_at < shortest.last_seen_at
    assert (longest.license_key, longest.device_name) == (key, "Laptop")
    assert find_silent_devices(panel, days=401).number == 0


def test_a_device_that_is_seen_again_the_same_day_moves_no_index(database: Database) -> None:
    key = issue_license(database)
    start_session(database, key)
    _change(database, "UPDATE device_registrations SET last_seen_at = date_trunc('day', now(), 'UTC')")
    _change(database, "UPDATE device_registrations SET last_seen_at = last_seen_at + interval '5 minutes'")
    with database.connect(application="test", autocommit=True) as owner:
        owner.execute("SELECT pg_stat_force_next_flush()")
        query = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'device_registrations'"
        updates, heap_only = owner.execute(query).fetchone() or (0, 0)
        assert (int(str(updates)) > 0, updates) == (True, heap_only)


def test_jobs_that_fail_or_do_not_run_at_all(database: Database, panel: Connection) -> None:
    _change(
        database,
        "INSERT INTO schedules (name, due_at, finished_at, failure) VALUES"
        " ('late', now() - interval '5 minutes', now() - interval '10 minutes', NULL),"
        " ('sweep', now() + interval '5 s', now(), 'LookupError: gone')",
    )
    late, sweep = read_upkeep(panel).jobs
    assert (late.name, late.is_overdue, late.failure) == ("late", True, None)
    assert (sweep.name, sweep.is_overdue, sweep.failure) == ("sweep", False, "LookupError: gone")


def test_partitions_that_are_missing_and_rows_that_were_caught(database: Database, panel: Connection) -> None:
    assert read_upkeep(panel).partitions.months_ahead == 3
    with database.connect(application="test") as owner:
        month = "to_char((clock_timestamp() AT TIME ZONE 'UTC')::date, 'YYYY_MM')"
        (this,) = owner.execute(f"SELECT {month}").fetchone() or ("",)
        owner.execute(f"DROP TABLE license_heartbeats_{this}")
        owner.execute("INSERT INTO license_heartbeats VALUES (1, 1, clock_timestamp())")
    partitions = read_upkeep(panel).partitions
    assert partitions.missing == (str(this).replace("_", "-"),)
    assert (partitions.months_ahead, partitions.rows_in_default) == (-1, 1)
