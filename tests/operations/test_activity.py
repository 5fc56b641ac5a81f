"""Samples and their series, taken as the worker and read as the panel."""

from collections.abc import Iterator

import pytest

from leasehold.kit.database import Connection, Database, Role
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import Activate, StartSession, SuspendLicense
from leasehold.licensing.run_one import run_one
from leasehold.licensing.vocabulary import DeviceType
from leasehold.operations import activity
from leasehold.operations.activity import Span, read_activity, sample_activity
from tests.conftest import FreshDatabase
from tests.licensing.vendor import ACTOR, fingerprint, issue_license, scalar

_MINUTES = "SELECT count(*) FROM activity_samples WHERE resolution = 'minute'"


@pytest.fixture
def worker(fresh_database: FreshDatabase) -> Iterator[Connection]:
    with fresh_database.as_role(Role.WORKER).connect(application="test") as connection:
        yield connection


@pytest.fixture
def panel(fresh_database: FreshDatabase) -> Iterator[Connection]:
    with fresh_database.as_role(Role.PANEL).connect(application="test", autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(database: Database) -> Iterator[Connection]:
    with database.connect(application="test", autocommit=True) as connection:
        yield connection


def start_session(database: Database, key: str, number: int = 1) -> None:
    with transaction(database, ACTOR) as session:
        run_one(session, Activate(key, fingerprint(number), "Laptop", DeviceType.LAPTOP), ACTOR)
        run_one(session, StartSession(key, fingerprint(number)), ACTOR)


def _move_back(owner: Connection, interval: str) -> None:
    owner.execute("UPDATE activity_samples SET at = at - %s::interval WHERE resolution = 'minute'", (interval,))


def _last(panel: Connection) -> tuple[int | None, ...]:
    series = read_activity(panel, Span.DAY)
    return series.sessions_live[-1], series.heartbeats[-1], series.devices_active[-1], series.seats_sold[-1]


def test_a_sample_counts_what_there_is(
    database: Database, worker: Connection, panel: Connection, owner: Connection
) -> None:
    key = issue_license(database, sessions=3)
    start_session(database, key, 1)
    start_session(database, key, 2)
    stopped = issue_license(database, sessions=2)
    with transaction(database, ACTOR) as session:
        run_one(session, SuspendLicense(stopped), ACTOR)
    owner.execute(
        "INSERT INTO server_processes (id, host, pid, version, heartbeats_last_minute, seen_at)"
        " SELECT gen_random_uuid(), 'here', n, '1', 40, now() - make_interval(secs => 30 * n)"
        " FROM generate_series(0, 1) AS n"
    )
    assert sample_activity(worker) == 1
    assert _last(panel) == (2, 40, 2, 3)


def test_a_minute_is_sampled_once(worker: Connection, owner: Connection) -> None:
    for _ in range(5):
        sample_activity(worker)
        _move_back(owner, "1 minute")
    assert scalar(owner, _MINUTES) == 5
    taken = [sample_activity(worker) for _ in range(20)]
    assert sum(taken) == scalar(owner, f"{_MINUTES} AND at > now() - interval '1 minute'")
    assert len(taken) > sum(taken)


def test_large_tables_are_counted_once_an_hour(
    database: Database, worker: Connection, panel: Connection, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "_SMALL_BYTES", 0)
    sample_activity(worker)
    issue_license(database, sessions=2)
    _move_back(owner, "1 minute")
    sample_activity(worker)
    assert _last(panel)[3] == 0
    owner.execute("UPDATE activity_samples SET counted_at = counted_at - interval '61 minutes'")
    _move_back(owner, "1 minute")
    sample_activity(worker)
    assert _last(panel)[3] == 2


def test_hours_are_made_of_minutes(worker: Connection, panel: Connection, owner: Connection) -> None:
    owner.execute(
        "INSERT INTO activity_samples"
        " SELECT 'minute', date_trunc('hour', now(), 'UTC') + (m - 60) * interval '1 minute', m, m, 10, m, m, now()"
        " FROM generate_series(0, 30) AS m"
    )
    sample_activity(worker)
    series = read_activity(panel, Span.MONTH)
    assert (series.sessions_live[-2], series.sessions_peak[-2], series.heartbeats[-2]) == (15, 30, 310)
    assert (series.devices_active[-2], series.seats_sold[-2]) == (30, 30)


def test_a_series_has_a_hole_where_nobody_took_a_sample(
    worker: Connection, panel: Connection, owner: Connection
) -> None:
    sample_activity(worker)
    _move_back(owner, "23 hours")
    for span, length, step in ((Span.DAY, 1440, 60), (Span.MONTH, 720, 3600)):
        series = read_activity(panel, span)
        assert len(series.at) == len(series.sessions_live) == length
        assert {later - earlier for earlier, later in zip(series.at, series.at[1:], strict=False)} == {step}
        assert series.sessions_live.count(None) == length - 1


def test_minutes_are_kept_for_two_days_and_hours_as_the_setting_says(worker: Connection, owner: Connection) -> None:
    owner.execute(
        "INSERT INTO activity_samples"
        " SELECT r, date_trunc(r, now(), 'UTC') - h * interval '1 hour', 1, 1, 1, 1, 1, now()"
        " FROM unnest(ARRAY['minute', 'hour']) AS r, unnest(ARRAY[47, 49, 24 * 399, 24 * 401]) AS h"
    )
    sample_activity(worker)
    kept = owner.execute(
        "SELECT resolution, count(*) FROM activity_samples WHERE at < now() - interval '2 hours' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert kept == [("hour", 3), ("minute", 1)]
