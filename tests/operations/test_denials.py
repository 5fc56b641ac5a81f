"""Denials, written by the server's role, read by the panel's, forgotten by the worker's."""

import threading
from collections.abc import Iterator

import pytest

from leasehold.kit.database import Connection, Database, Role
from leasehold.operations import denials
from leasehold.operations.denials import (
    Denied,
    forget_old_denials,
    read_denials,
    record_denials,
)
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license, scalar

SESSIONS, DEVICES, EXPIRED, UNKNOWN = (
    "session_limit_reached", "device_limit_reached", "license_expired", "license_not_found",
)  # fmt: skip


def _connect(fresh: FreshDatabase, role: Role) -> Connection:
    return fresh.as_role(role).connect(application="test", autocommit=True, lock_timeout_ms=5000)


@pytest.fixture
def server(fresh_database: FreshDatabase) -> Iterator[Connection]:
    with _connect(fresh_database, Role.SERVER) as connection:
        yield connection


@pytest.fixture
def panel(fresh_database: FreshDatabase) -> Iterator[Connection]:
    with _connect(fresh_database, Role.PANEL) as connection:
        yield connection


def _license_id(panel: Connection, key: str) -> int:
    return int(str(scalar(panel, "SELECT id FROM licenses WHERE license_key = %s", key)))


def test_who_was_refused_most_comes_first_and_only_limits_count(
    database: Database, server: Connection, panel: Connection
) -> None:
    little, much = issue_license(database, devices=4, sessions=2), issue_license(database)
    one, other = _license_id(panel, little), _license_id(panel, much)
    record_denials(server, {(one, SESSIONS): 2, (other, SESSIONS): 2, (other, DEVICES): 1})
    record_denials(server, {(one, SESSIONS): 1, (other, SESSIONS): 3, (one, EXPIRED): 99, (None, UNKNOWN): 7})
    record_denials(server, {(None, UNKNOWN): 1})
    first, second = read_denials(panel, days=7).licenses
    assert (first.license_key, first.session_denials, first.device_denials) == (much, 5, 1)
    assert (second.license_key, second.session_denials, second.device_denials) == (little, 3, 0)
    assert (second.device_limit, second.concurrent_sessions_limit, second.product) == (4, 2, "Studio")
    assert second.customer.startswith("Acme")
    assert [line.license_key for line in read_denials(panel, days=7, limit=1).licenses] == [much]
    assert read_denials(panel, days=7).by_code == {EXPIRED: 99, SESSIONS: 8, UNKNOWN: 8, DEVICES: 1}


def test_the_days_asked_for_and_no_others(database: Database, server: Connection, panel: Connection) -> None:
    denied = _license_id(panel, issue_license(database))
    record_denials(server, {(denied, SESSIONS): 3})
    with database.connect(application="test") as owner:
        owner.execute("UPDATE license_denials SET hour = hour - interval '8 days'")
    record_denials(server, {(denied, SESSIONS): 1})
    assert [line.session_denials for line in read_denials(panel, days=7).licenses] == [1]
    assert [line.session_denials for line in read_denials(panel, days=9).licenses] == [4]


def test_of_too_many_the_latest_hours_count(
    database: Database, server: Connection, panel: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = _license_id(panel, issue_license(database))
    for number in (8, 4, 2, 1):
        with database.connect(application="test") as owner:
            owner.execute("UPDATE license_denials SET hour = hour - interval '1 hour'")
        record_denials(server, {(denied, SESSIONS): number})
    assert read_denials(panel, days=7).licenses[0].session_denials == 15
    monkeypatch.setattr(denials, "_MOST_ROWS", 2)
    found = read_denials(panel, days=7)
    assert found.licenses[0].session_denials == 3
    assert found.since == scalar(panel, "SELECT max(hour) - interval '1 hour' FROM license_denials")
    assert read_denials(panel, days=7).by_code == {SESSIONS: 3}


def test_what_is_older_than_the_setting_is_forgotten(database: Database, fresh_database: FreshDatabase) -> None:
    with database.connect(application="test", autocommit=True) as owner:
        owner.execute(
            "INSERT INTO license_denials SELECT now() - make_interval(days => d), 1, %s, 1"
            " FROM unnest(ARRAY[1, 89, 91, 400]) AS d",
            (SESSIONS,),
        )
        with fresh_database.as_role(Role.WORKER).connect(application="test") as worker:
            assert forget_old_denials(worker) == 2
            owner.execute("SELECT set_config('leasehold.actor', 'test', false)")
            owner.execute("INSERT INTO settings (name, value) VALUES ('denial_retention_days', '30')")
            assert forget_old_denials(worker) == 1
        assert scalar(owner, "SELECT count(*) FROM license_denials") == 1


def test_processes_that_write_the_same_rows_at_once_lose_nothing(fresh_database: FreshDatabase) -> None:
    rounds, licenses = 60, range(1, 40)
    failures: list[Exception] = []

    def write(backwards: bool) -> None:
        counts: dict[Denied, int] = {(license_id, SESSIONS): 1 for license_id in sorted(licenses, reverse=backwards)}
        try:
            with _connect(fresh_database, Role.SERVER) as connection:
                for _ in range(rounds):
                    record_denials(connection, counts)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with _connect(fresh_database, Role.PANEL) as panel:
        assert read_denials(panel, days=1).by_code == {SESSIONS: 4 * rounds * len(licenses)}
