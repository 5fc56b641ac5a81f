from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from leasehold.backups import days
from leasehold.kit.database import Connection, Role
from tests.conftest import FreshDatabase

FIRST = date(2026, 1, 30)
DAY = FIRST + timedelta(days=1)


@pytest.fixture
def connection(fresh_database: FreshDatabase) -> Iterator[Connection]:
    """A worker's connection to an installation that has looked once, on the day before."""
    with fresh_database.as_role(Role.WORKER).connect(application="test") as opened:
        days.is_due(opened, FIRST)
        yield opened


def test_the_day_of_the_installation_has_no_backup(connection: Connection) -> None:
    assert not days.is_due(connection, FIRST)


def test_a_day_is_due_until_its_backup_is_made(connection: Connection) -> None:
    assert days.is_due(connection, DAY)
    days.start(connection, DAY)
    assert days.is_due(connection, DAY)  # who began it may have died
    days.finish(connection, DAY, backup="server_backup_20260131_030000")
    assert not days.is_due(connection, DAY)


def test_days_that_were_missed_are_made_up_for_once(connection: Connection) -> None:
    later = DAY + timedelta(days=5)
    assert days.is_due(connection, later)
    days.start(connection, later)
    days.finish(connection, later, backup="server_backup_20260205_030000")
    assert not days.is_due(connection, DAY)


def test_after_a_failure_it_waits_before_it_tries_again(connection: Connection) -> None:
    days.start(connection, DAY)
    days.fail(connection, DAY, failure="the disk is full")
    assert not days.is_due(connection, DAY)
    connection.execute("UPDATE backup_days SET started_at = started_at - %s", (days.AGAIN_AFTER,))
    connection.commit()
    assert days.is_due(connection, DAY)
    days.start(connection, DAY)
    assert connection.execute("SELECT tries, failure FROM backup_days WHERE day = %s", (DAY,)).fetchone() == (2, None)


def test_only_one_makes_it(fresh_database: FreshDatabase, connection: Connection) -> None:
    with fresh_database.as_role(Role.WORKER).connect(application="test") as other:
        with days.claimed(connection) as ours:
            assert ours
            with days.claimed(other) as theirs:
                assert not theirs
        with days.claimed(other) as theirs:
            assert theirs


def test_who_dies_lets_go(fresh_database: FreshDatabase, connection: Connection) -> None:
    with fresh_database.as_role(Role.WORKER).connect(application="test") as other:
        with days.claimed(other):
            other.close()
        connection.execute("SET statement_timeout = '10s'")
        for what in ("pg_advisory_lock", "pg_advisory_unlock"):  # it may take the server a moment to notice
            connection.execute(f"SELECT {what}(hashtextextended('leasehold.daily_backup', 0))")
        with days.claimed(connection) as ours:
            assert ours
