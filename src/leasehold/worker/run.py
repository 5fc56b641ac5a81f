"""`leasehold worker`: runs what is due until a signal ends it between two jobs."""

import logging
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import psycopg

from leasehold.backups.errors import BackupRunning
from leasehold.backups.restore.recovery import finish_interrupted
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection, Database, Role, database_for
from leasehold.kit.errors import ConfigurationError, DomainError
from leasehold.kit.logging import configure_logging, mask_secrets
from leasehold.kit.maintenance import under_maintenance
from leasehold.kit.service_manager import ServiceManager
from leasehold.kit.stop_request import StopRequest
from leasehold.migrations.state import read_schema_state
from leasehold.worker.job import Job, JobContext
from leasehold.worker.jobs import JOBS
from leasehold.worker.schedules import claim, due_jobs, enrol, record_failure, record_success

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_SHORT_PAUSE_SECONDS = 0.2
_LONG_PAUSE_SECONDS = 2.0
_PATIENT_TRIES = 50  # ten seconds, as long as a database takes that is just being made or started again
_LOCK_TIMEOUT_MS = 5000


class SchemaNotReadyError(Exception):
    """The schema is not what this program needs; the message says what to do."""


def serve(configuration: Configuration) -> None:
    """Work until SIGTERM or SIGINT; a job that runs then is finished first."""
    configure_logging("worker")
    stop = StopRequest()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.ask())
    database = database_for(configuration, Role.WORKER)
    manager = ServiceManager()
    recover = partial(finish_interrupted, configuration)
    worker = Worker(database, configuration.data_dir, JOBS, stop, recover=recover, alive=manager.alive)
    manager.ready()  # it waits for the database by itself
    worker.run()


class Worker:
    """Does `jobs` as they come due, one at a time, until `stop` is asked for.

    Under maintenance it does none, and calls `recover`, which ends the maintenance that a dead restore has left.
    `alive` is called between jobs, and while it waits.
    """

    def __init__(
        self,
        database: Database,
        data_dir: Path,
        jobs: Sequence[Job],
        stop: StopRequest,
        *,
        recover: Callable[[], None] = lambda: None,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._data_dir = data_dir
        self._jobs = jobs
        self._stop = stop
        self._recover = recover
        self._alive = alive

    def run(self) -> None:
        """Work while the database is there; where it goes away, wait for it."""
        tries = 0
        while not self._stop.is_asked:
            self._alive()
            self._sit_out_maintenance()
            try:
                with self._connect() as claims, self._connect() as work:
                    self._get_ready(claims)
                    tries = 0
                    self._work(claims, work)
            except (psycopg.OperationalError, SchemaNotReadyError) as error:
                tries += 1
                _tell(tries, error)
                self._stop.wait(_SHORT_PAUSE_SECONDS if tries < _PATIENT_TRIES else _LONG_PAUSE_SECONDS)

    def _sit_out_maintenance(self) -> None:
        while under_maintenance(self._data_dir) and not self._stop.is_asked:
            self._alive()
            try:
                self._recover()
            except BackupRunning:  # the restore is alive
                pass
            except (psycopg.Error, DomainError, ConfigurationError, OSError) as error:
                _log.warning("the interrupted restore cannot be ended yet: %s", str(error).split("\n", 1)[0])
                self._stop.wait(_LONG_PAUSE_SECONDS)
            self._stop.wait(_SHORT_PAUSE_SECONDS)

    def _connect(self) -> Connection:
        return self._database.connect(application="worker", lock_timeout_ms=_LOCK_TIMEOUT_MS)

    def _get_ready(self, claims: Connection) -> None:
        problem = read_schema_state(claims).problem
        if problem is not None:
            raise SchemaNotReadyError(problem)
        enrol(claims, self._jobs)

    def _work(self, claims: Connection, work: Connection) -> None:
        while self._goes_on():
            for job in due_jobs(claims, self._jobs):
                self._alive()
                if self._goes_on() and claim(claims, job):
                    self._do(job, claims, work)
            self._alive()
            self._stop.wait(_LOOK_SECONDS)

    def _goes_on(self) -> bool:
        return not self._stop.is_asked and not under_maintenance(self._data_dir)

    def _do(self, job: Job, claims: Connection, work: Connection) -> None:
        try:
            amount = job.run(JobContext(work, self._data_dir))
        except Exception as error:
            if work.broken or claims.broken:
                raise psycopg.OperationalError(f"the connection was lost during {job.name}") from error
            work.rollback()
            if isinstance(error, psycopg.OperationalError):  # a full disk, a lock that was not had: no mistake of ours
                _log.warning("job %s failed: %s", job.name, str(error).split("\n", 1)[0])
            else:
                _log.exception("job %s failed", job.name)
            record_failure(claims, job, mask_secrets(f"{type(error).__name__}: {error}"))
            return
        record_success(claims, job)
        if amount:
            _log.info("job %s done", job.name, extra={"amount": amount})


def _tell(tries: int, error: Exception) -> None:
    """Once when the wait begins, and once, louder, when it gets long."""
    if tries in {1, _PATIENT_TRIES}:
        level = logging.WARNING if tries == _PATIENT_TRIES else logging.INFO
        _log.log(level, "waiting for the database: %s", str(error).split("\n", 1)[0])
