"""Jobs by the clock: never twice, never forgotten, on a real database."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from leasehold.kit.database import Connection, Database, Role
from leasehold.kit.stop_request import StopRequest
from leasehold.worker.job import Job, JobContext
from leasehold.worker.run import Worker
from leasehold.worker.schedules import claim, due_jobs, enrol, record_success
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until

DAILY = timedelta(days=1)


def _job(run: Callable[[JobContext], int] = lambda _context: 0, *, also_at_start: bool = False) -> Job:
    return Job("tidy", DAILY, run, also_at_start=also_at_start)


@pytest.fixture
def as_worker(fresh_database: FreshDatabase) -> Database:
    return fresh_database.as_role(Role.WORKER)


def _connect(database: Database) -> Connection:
    return database.connect(application="test", lock_timeout_ms=5000)


def test_one_of_two_workers_gets_a_job_and_the_other_does_not_wait(as_worker: Database) -> None:
    with _connect(as_worker) as one, _connect(as_worker) as other:
        enrol(one, [_job()])
        assert due_jobs(other, [_job()]) == [_job()]
        assert claim(one, _job())
        assert not claim(other, _job())
        record_success(one, _job())
        assert not claim(other, _job())
        assert due_jobs(other, [_job()]) == []


def test_the_claim_of_a_worker_that_dies_is_free_at_once(as_worker: Database) -> None:
    with _connect(as_worker) as dying, _connect(as_worker) as other:
        enrol(other, [_job()])
        assert claim(dying, _job())
        dying.close()
        wait_until(lambda: claim(other, _job()), "the other worker has the job")


def test_what_runs_at_every_start_is_due_again_for_a_new_worker(as_worker: Database) -> None:
    with _connect(as_worker) as connection:
        for also_at_start in (False, True):
            job = _job(also_at_start=also_at_start)
            enrol(connection, [job])
            assert claim(connection, job)
            record_success(connection, job)
            enrol(connection, [job])
            assert bool(due_jobs(connection, [job])) is also_at_start


class Running:
    """Workers in threads, stopped and waited for at the end; `runs` grows with each run of the job."""

    def __init__(self, database: Database, workers: int, failing: str | None = None) -> None:
        self.runs: list[str] = []
        self._failing = failing
        self._stop = StopRequest()
        jobs = [_job(self._run)]
        nowhere = Path("/nonexistent")
        self._threads = [
            threading.Thread(target=Worker(database, nowhere, jobs, self._stop).run) for _ in range(workers)
        ]

    def __enter__(self) -> "Running":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._stop.ask()
        for thread in self._threads:
            thread.join()

    def wait_for_runs(self, count: int) -> None:
        wait_until(lambda: len(self.runs) >= count, f"the job has run {count} times")

    def _run(self, context: JobContext) -> int:
        self.runs.append("run")
        if self._failing is not None and len(self.runs) == 1:
            context.connection.execute("INSERT INTO schedules (name) VALUES ('half done')")
            raise LookupError(self._failing)
        return 1


def test_eight_workers_do_a_job_that_comes_due_once(as_worker: Database, database: Database) -> None:
    with _owner(database) as owner, Running(as_worker, 8) as running:
        wait_until(lambda: _connections(owner) == 16, "every worker is connected")
        for count in (1, 2, 3):
            running.wait_for_runs(count)
            _make_due(owner)
        running.wait_for_runs(4)
    assert len(running.runs) == 4


def test_a_job_that_fails_is_recorded_without_secrets_and_tried_again(as_worker: Database, database: Database) -> None:
    failing = "no license 0123A-4567B-89CDE-FGHJK-MNPQR"
    with _owner(database) as owner, Running(as_worker, 1, failing) as running:
        wait_until(lambda: _failure(owner), "the failure is recorded")
        assert _failure(owner) == "LookupError: no license [license key]"
        assert owner.execute("SELECT array_agg(name) FROM schedules").fetchone() == (["tidy"],)
        _make_due(owner)
        running.wait_for_runs(2)
        wait_until(lambda: _failure(owner) is None, "the failure is forgotten")


def test_a_worker_outlives_its_connections(as_worker: Database, database: Database) -> None:
    with _owner(database) as owner, Running(as_worker, 1) as running:
        running.wait_for_runs(1)
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (_NAME,))
        _make_due(owner)
        running.wait_for_runs(2)


_NAME = "leasehold worker"


def _owner(database: Database) -> Connection:
    return database.connect(application="test", autocommit=True)


def _make_due(owner: Connection) -> None:
    """Waits for the claim that is in force, then makes the job due."""
    owner.execute("UPDATE schedules SET due_at = '-infinity'")


def _failure(owner: Connection) -> object:
    row = owner.execute("SELECT failure FROM schedules WHERE name = 'tidy'").fetchone()
    return row[0] if row else None


def _connections(owner: Connection) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
    row = owner.execute(query, (_NAME,)).fetchone()
    return int(str(row[0])) if row else 0
