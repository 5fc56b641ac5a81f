"""Limits under fire: 32 client processes, two server processes, so that a lock in Python proves nothing."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leasehold.kit.database import Connection
from leasehold.licensing.commands import ResumeLicense, SuspendLicense, Sweep
from leasehold.licensing.engine import run_commands
from tests.conftest import FreshDatabase
from tests.licensing.vendor import ACTOR, issue_license, scalar
from tests.races.fleet import Answer, Fleet, Hammering, Request, activations, device_body, license_server

_SIMULTANEOUS = 200


@pytest.fixture
def fleet(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Fleet]:
    with license_server(fresh_database.owner, fresh_database.url, tmp_path) as running:
        yield running


def test_simultaneous_starts_give_exactly_the_sessions_sold(fleet: Fleet, fresh_database: FreshDatabase) -> None:
    for limit in (5, 1, 9):
        key = issue_license(fresh_database.owner, devices=10, sessions=limit)
        ready = fleet.hammer(activations(key, 10))
        ready.go()
        assert [answer.status for answer in ready.answers()] == [201] * 10
        starts: list[list[Request]] = [
            [("session/start", device_body(key, number % 10))] for number in range(_SIMULTANEOUS)
        ]
        hammering = fleet.hammer(starts)
        hammering.go()
        answers = hammering.answers()
        assert {answer.status for answer in answers} <= {200, 201, 409}
        assert sum(answer.status == 201 for answer in answers) == limit
        tokens = {answer.body["session_token"] for answer in answers if answer.status < 300}
        assert len(tokens) == limit
        with fresh_database.owner.connect(application="test") as outside:
            statement = (
                "SELECT count(*) FROM license_sessions JOIN licenses AS l ON l.id = license_id WHERE license_key = %s"
            )
            assert scalar(outside, statement, key) == limit
        denied = next(answer for answer in answers if answer.status == 409)
        assert denied.body["code"] == "session_limit_reached"
        assert denied.body["concurrent_sessions_limit"] == denied.body["sessions_live"] == limit


def test_simultaneous_activations_give_exactly_the_devices_sold(fleet: Fleet, fresh_database: FreshDatabase) -> None:
    for limit in (5, 1, 10):
        key = issue_license(fresh_database.owner, devices=limit, sessions=1)
        hammering = fleet.hammer(activations(key, _SIMULTANEOUS))
        hammering.go()
        answers = hammering.answers()
        assert sum(answer.status == 201 for answer in answers) == limit
        assert sum(answer.status == 409 for answer in answers) == _SIMULTANEOUS - limit
        with fresh_database.owner.connect(application="test") as outside:
            statement = (
                "SELECT count(*) FROM device_registrations AS d JOIN licenses AS l ON l.id = d.license_id"
                " WHERE license_key = %s AND status = 'active'"
            )
            assert scalar(outside, statement, key) == limit


# Sessions that are live at this moment, for each license that has more than it may; asked from the outside.
_TOO_MANY = """
SELECT l.license_key, count(*)
  FROM service_time AS t, license_sessions AS s JOIN licenses AS l ON l.id = s.license_id
 WHERE t.now - greatest(least(s.last_heartbeat_at, t.now), t.available_since) < t.session_timeout
 GROUP BY l.id HAVING count(*) > l.concurrent_sessions_limit
"""

# Every instant at which a license had more sessions than it may, by the record of what started and ended.
_TOO_MANY_EVER = """
WITH lives AS (
    SELECT license_id, started_at, ended_at FROM session_history
    UNION ALL SELECT license_id, started_at, 'infinity' FROM license_sessions
), moments AS (
    SELECT license_id, started_at AS at, 1 AS change FROM lives
    UNION ALL SELECT license_id, ended_at, -1 FROM lives
), counts AS (
    SELECT license_id, at, sum(change) OVER (PARTITION BY license_id ORDER BY at, change) AS live FROM moments
)
SELECT count(*) FROM counts JOIN licenses AS l ON l.id = license_id WHERE live > l.concurrent_sessions_limit
"""


_FALL_SILENT = """
UPDATE license_sessions AS s SET last_heartbeat_at = last_heartbeat_at - interval '2 s'
  FROM licenses AS l WHERE l.id = s.license_id AND l.license_key = %s AND s.id %% 2 = 0
"""


def test_no_instant_has_more_sessions_than_sold(fleet: Fleet, fresh_database: FreshDatabase) -> None:
    """Starts, ends, heartbeats, timeouts and suspensions at random, watched by a third connection."""
    with fresh_database.owner.connect(application="watcher", autocommit=True) as outside:
        outside.execute("SET leasehold.actor = 'test:watcher'")
        outside.execute("UPDATE runtime SET heartbeat_interval = 1, session_timeout = 2")
        keys = [issue_license(fresh_database.owner, devices=4, sessions=1 + number % 3) for number in range(8)]
        ready = fleet.hammer([thread for key in keys for thread in activations(key, 4)])
        ready.go()
        assert {answer.status for answer in ready.answers()} == {201}
        hammering = fleet.hammer([_life(key, number) for number in range(4) for key in keys], processes=32)
        hammering.go()
        looks = _watch(outside, hammering, keys)
        answers = hammering.answers()
        assert looks > 20
        assert {answer.status for answer in answers} <= {200, 201, 403, 404, 409, 410}
        assert _counts(answers, "session/start", 201) > 50
        assert scalar(outside, _TOO_MANY_EVER) == 0
        ends = {str(reason) for (reason,) in outside.execute("SELECT DISTINCT end_reason FROM session_history")}
        assert {"client", "timeout", "license_suspended"} <= ends
        assert scalar(outside, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0


def _life(key: str, number: int) -> list[Request]:
    """What one device does: it takes a seat, beats, leaves; at last it falls silent."""
    device = device_body(key, number)
    token = {"session_token": "$TOKEN"}
    beats: list[Request] = [("session/heartbeat", token)] * 3
    visit: list[Request] = [("session/start", device), *beats, ("session/end", token)]
    return [("session/start", device), *(visit * 25), ("session/start", device)]


def _watch(outside: Connection, hammering: Hammering, keys: list[str]) -> int:
    """Look until the clients are done and the last session is over; meanwhile suspend licenses, let sessions fall
    silent (by moving their last heartbeat back) and sweep, as operators, networks and the worker do."""
    deadline = time.monotonic() + 60
    for looks, key in enumerate(itertools.cycle(keys)):
        assert outside.execute(_TOO_MANY).fetchall() == []
        if hammering.done() and scalar(outside, "SELECT count(*) FROM license_sessions") == 0:
            return looks
        assert time.monotonic() < deadline, "sessions that nobody keeps alive do not end"
        for command in (SuspendLicense(key), ResumeLicense(key)):
            with outside.transaction():
                run_commands(outside, [(command, ACTOR)], wait=True)
        outside.execute(_FALL_SILENT, (keys[looks % len(keys) - 1],))
        with outside.transaction():
            run_commands(outside, [(Sweep(key), ACTOR) for key in keys])
    return 0


def _counts(answers: list[Answer], path: str, status: int) -> int:
    return sum(answer.path == path and answer.status == status for answer in answers)
