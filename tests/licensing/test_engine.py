"""The engine on PostgreSQL against the same model, and what only batches and transactions can get wrong."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database, Role
from leasehold.licensing.commands import (
    Activate,
    Command,
    Deactivate,
    EndSession,
    Heartbeat,
    StartSession,
    Sweep,
    Validate,
)
from leasehold.licensing.engine import Deferred, run_commands, run_validations
from leasehold.licensing.heartbeats import run_heartbeats
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.sweep import sweep_dead_sessions
from leasehold.licensing.vocabulary import Code, DeviceType
from tests.conftest import FreshDatabase
from tests.licensing.machine import LicensingMachine
from tests.licensing.vendor import ACTOR, fingerprint, issue_license, scalar

_CLIENT = (Activate, Deactivate, StartSession, Heartbeat, EndSession, Validate)


class OnPostgreSQL:
    """A license in a real database. Time passes by moving everything that lies behind us further back."""

    def __init__(self, fresh: FreshDatabase) -> None:
        self.key = issue_license(fresh.owner)
        self.owner = fresh.owner.connect(application="test", autocommit=True)
        self.server = fresh.as_role(Role.SERVER).connect(application="test")
        self.panel = fresh.as_role(Role.PANEL).connect(application="test")

    def run(self, command: Command) -> Outcome:
        self._pulse()
        connection = self.server if isinstance(command, _CLIENT) else self.panel
        outcome = self._quickly(command) or run_now(connection, command)
        connection.commit()
        return outcome

    def wait(self, seconds: int) -> None:
        self._pulse()
        back = f"make_interval(secs => {seconds})"
        self.owner.execute(f"UPDATE runtime SET available_since = available_since - {back}")
        self.owner.execute(
            f"UPDATE license_sessions SET started_at = started_at - {back},"
            f" last_heartbeat_at = last_heartbeat_at - {back}"
        )
        self.owner.execute(f"UPDATE licenses SET valid_until = valid_until - {back}, valid_from = valid_from - {back}")

    def expire_in(self, seconds: int) -> None:
        statement = "UPDATE licenses SET valid_until = clock_timestamp() + %s * interval '1 s' WHERE license_key = %s"
        self.owner.execute(statement, (seconds + 0.5, self.key))

    def counts(self) -> tuple[int, int]:
        self._pulse()
        license_id = scalar(self.owner, "SELECT id FROM licenses WHERE license_key = %s", self.key)
        active = "SELECT count(*) FROM device_registrations WHERE status = 'active' AND license_id = %s"
        (outcome,) = run_validations(self.server, [Validate(self.key)])
        self.server.commit()
        if outcome.license is not None:
            return outcome.license.devices_active, outcome.license.sessions_live
        live = "SELECT count(*) FROM license_sessions WHERE license_id = %s"
        return int(str(scalar(self.owner, active, license_id))), int(str(scalar(self.owner, live, license_id)))

    def reasons(self) -> list[str]:
        run_now(self.server, Sweep(self.key))
        self.server.commit()
        statement = (
            "SELECT h.end_reason FROM session_history AS h JOIN licenses AS l ON l.id = h.license_id"
            " WHERE l.license_key = %s"
        )
        return [str(reason) for (reason,) in self.owner.execute(statement, (self.key,))]

    def close(self) -> None:
        for connection in (self.owner, self.server, self.panel):
            connection.close()

    def _quickly(self, command: Command) -> Outcome | None:
        """By the same way as in the server: heartbeats and validations have lanes of their own."""
        if isinstance(command, Heartbeat):
            return run_heartbeats(self.server, [command])[0]
        if isinstance(command, Validate):
            return run_validations(self.server, [command])[0]
        return None

    def _pulse(self) -> None:
        self.owner.execute("SELECT write_service_pulse()")


def run_now(connection: Connection, command: Command, actor: Actor = ACTOR) -> Outcome:
    """One command, signed, in the connection's transaction."""
    actor.sign(connection)
    (outcome,) = run_commands(connection, [(command, actor)], wait=True)
    assert isinstance(outcome, Outcome)
    return outcome


def test_the_engine_keeps_the_model(fresh_database: FreshDatabase) -> None:
    class EngineMachine(LicensingMachine):
        subjects = lambda _: OnPostgreSQL(fresh_database)  # type: ignore[assignment]  # noqa: E731  # a factory will do

    run_state_machine_as_test(
        EngineMachine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    with fresh_database.owner.connect(application="test") as connection:
        lost = "SELECT count(*) FROM license_sessions AS s JOIN session_history AS h USING (session_token)"
        assert scalar(connection, lost) == 0


@pytest.fixture
def connection(fresh_database: FreshDatabase) -> Iterator[Connection]:
    """The license server's connection, with a fresh pulse."""
    with fresh_database.as_role(Role.SERVER).connect(application="test") as opened:
        opened.execute("SELECT write_service_pulse()")
        opened.commit()
        yield opened


def activation(key: str, number: int, name: str = "Rechner") -> Activate:
    return Activate(key, fingerprint(number), name, DeviceType.LAPTOP)


def run_batch(connection: Connection, *commands: Command) -> list[Outcome | Deferred]:
    answers = run_commands(connection, [(command, Actor(f"api-key:{n}")) for n, command in enumerate(commands)])
    connection.commit()
    return answers


def codes(answers: list[Outcome | Deferred]) -> list[str]:
    return ["deferred" if isinstance(answer, Deferred) else answer.code.value for answer in answers]


def test_a_batch_decides_each_command_against_what_the_ones_before_left(
    connection: Connection, database: Database
) -> None:
    key = issue_license(database, devices=2, sessions=1)
    answers = run_batch(
        connection,
        activation(key, 1),
        StartSession(key, fingerprint(1)),
        activation(key, 2),
        StartSession(key, fingerprint(2)),
        StartSession(key, fingerprint(1)),
        activation(key, 3),
    )
    expected = ["activated", "started", "activated", "session_limit_reached", "resumed", "device_limit_reached"]
    assert codes(answers) == expected


def test_start_and_end_in_one_batch_goes_straight_to_the_history(connection: Connection, database: Database) -> None:
    key = issue_license(database, devices=1, sessions=1)
    run_batch(connection, activation(key, 1))
    (started,) = run_batch(connection, StartSession(key, fingerprint(1)))
    assert isinstance(started, Outcome)
    assert started.session is not None
    token = started.session.session_token
    answers = run_batch(
        connection, EndSession(token), StartSession(key, fingerprint(1)), Deactivate(key, fingerprint(1))
    )
    assert codes(answers) == ["ended", "started", "deactivated"]
    assert scalar(connection, "SELECT count(*) FROM license_sessions") == 0
    reasons = connection.execute("SELECT end_reason FROM session_history ORDER BY id").fetchall()
    assert reasons == [("client",), ("device_deactivated",)]


def test_a_device_is_changed_in_one_name_only_within_a_batch(connection: Connection, database: Database) -> None:
    key = issue_license(database)
    answers = run_batch(
        connection,
        activation(key, 1),
        activation(key, 1),
        activation(key, 1, "anders"),
        Deactivate(key, fingerprint(1)),
    )
    assert codes(answers) == ["activated", "already_active", "deferred", "deferred"]
    with database.connect(application="test") as owner:
        statement = "SELECT actor FROM audit_log WHERE table_name = 'device_registrations' ORDER BY id"
        assert owner.execute(statement).fetchall() == [("api-key:0",)]


def test_what_another_transaction_holds_is_deferred_and_nothing_else(
    connection: Connection, database: Database
) -> None:
    held, free = issue_license(database), issue_license(database)
    with database.connect(application="test") as holder:
        holder.execute("SELECT FROM licenses WHERE license_key = %s FOR UPDATE", (held,))
        answers = run_batch(connection, activation(held, 1), activation(free, 1), activation("nobody's", 1))
    assert codes(answers) == ["deferred", "activated", "license_not_found"]


def test_a_beat_that_commits_late_saves_its_session_from_the_reaper(
    connection: Connection, fresh_database: FreshDatabase, database: Database
) -> None:
    """The fixed interleaving that random load does not find: the session looks dead when it is read, and a heartbeat
    of before is committing. It must live, and the seat must not be given away."""
    key = issue_license(database, devices=2, sessions=1)
    run_batch(connection, activation(key, 1), activation(key, 2))
    (started,) = run_batch(connection, StartSession(key, fingerprint(1)))
    assert isinstance(started, Outcome)
    assert started.session is not None
    token = started.session.session_token
    with (
        fresh_database.as_role(Role.SERVER).connect(application="beating") as beating,
        database.connect(application="test", autocommit=True) as owner,
    ):
        owner.execute("UPDATE license_sessions SET last_heartbeat_at = clock_timestamp() - interval '59.9 s'")
        owner.execute("UPDATE runtime SET available_since = 'epoch'")
        assert run_heartbeats(beating, [Heartbeat(token)])[0] is not None  # in time, not yet committed
        owner.execute("SELECT pg_sleep(0.2)")  # the database's own clock passes the moment of death
        beat_commits = _commit_when_waited_for(beating, owner)
        (denied,) = run_batch(connection, StartSession(key, fingerprint(2)))
        beat_commits.join()
    assert isinstance(denied, Outcome)
    assert denied.code is Code.SESSION_LIMIT_REACHED
    assert denied.retry_after is not None
    assert denied.retry_after > 50
    assert scalar(connection, "SELECT count(*) FROM session_history") == 0


def _commit_when_waited_for(beating: Connection, owner: Connection) -> threading.Thread:
    def commit() -> None:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        deadline = time.monotonic() + 10
        while scalar(owner, waiting) == 0 and time.monotonic() < deadline:
            pass
        beating.commit()

    thread = threading.Thread(target=commit)
    thread.start()
    return thread


def test_our_own_outage_ends_nobodys_session(connection: Connection, database: Database) -> None:
    key = issue_license(database)
    run_batch(connection, activation(key, 1))
    run_batch(connection, StartSession(key, fingerprint(1)))
    with database.connect(application="test", autocommit=True) as owner:
        owner.execute("UPDATE license_sessions SET last_heartbeat_at = clock_timestamp() - interval '10 min'")
        owner.execute("UPDATE runtime SET service_pulse = clock_timestamp() - interval '10 min'")
        assert sweep_dead_sessions(owner) == 0
        owner.execute("SELECT write_service_pulse()")
        assert sweep_dead_sessions(owner) == 0
        owner.execute("UPDATE runtime SET available_since = clock_timestamp() - interval '61 s'")
        assert sweep_dead_sessions(owner) == 1
        row = owner.execute("SELECT end_reason FROM session_history").fetchone()
    assert row == ("timeout",)


def test_a_time_from_the_future_counts_as_now(connection: Connection, database: Database) -> None:
    key = issue_license(database)
    run_batch(connection, activation(key, 1))
    (started,) = run_batch(connection, StartSession(key, fingerprint(1)))
    assert isinstance(started, Outcome)
    assert started.session is not None
    with database.connect(application="test", autocommit=True) as owner:
        owner.execute("UPDATE license_sessions SET last_heartbeat_at = clock_timestamp() + interval '1 h'")
        assert run_heartbeats(owner, [Heartbeat(started.session.session_token)])[0] is not None
        assert scalar(owner, "SELECT last_heartbeat_at <= clock_timestamp() FROM license_sessions")


def test_the_schema_refuses_what_wrong_code_would_write(connection: Connection, database: Database) -> None:
    key = issue_license(database, devices=1, sessions=1)
    run_batch(connection, activation(key, 1), StartSession(key, fingerprint(1)))
    with database.connect(application="test", autocommit=True) as owner:
        for copy in (
            "INSERT INTO device_registrations (license_id, hardware_fingerprint, device_name, device_type, status,"
            " slot, device_limit, first_activated_at, last_seen_at, changed_by, change_request_id)"
            " SELECT license_id, 'fingerprint-000007', device_name, device_type, status, 2, device_limit,"
            " first_activated_at, last_seen_at, changed_by, change_request_id FROM device_registrations",
            "INSERT INTO license_sessions (license_id, session_token, device_id, slot, concurrent_sessions_limit,"
            " started_at, last_heartbeat_at)"
            " SELECT license_id, gen_random_uuid(), device_id, 2, concurrent_sessions_limit, started_at,"
            " last_heartbeat_at FROM license_sessions",
        ):
            with pytest.raises(Exception, match="within_limit"):
                owner.execute(copy)
        with pytest.raises(Exception, match="licenses_device_limit"):
            owner.execute("UPDATE licenses SET device_limit = 11")
