"""What `status` and `doctor` look at in the database."""

import time
from dataclasses import dataclass
from datetime import datetime

import psycopg

from leasehold.backups.record import BackupRecord, read_record
from leasehold.cli.installation import database_of_installation
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection, Role
from leasehold.kit.errors import ConfigurationError
from leasehold.migrations.state import SchemaState, read_schema_state
from leasehold.operations.occupancy import count_live_sessions
from leasehold.operations.processes import ServerProcess, list_processes
from leasehold.operations.upkeep import read_upkeep
from leasehold.reminders.record import ReminderRecord
from leasehold.reminders.record import read_record as read_reminder_record

_LOCK_TIMEOUT_MS = 2000
_JOBS = """
SELECT name, started_at, finished_at, due_at, failure, extract(epoch FROM clock_timestamp() - finished_at)::float8
  FROM schedules ORDER BY name
"""
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job of the worker: its times, why it failed last, and seconds since it was last done."""

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    due_at: datetime | None
    failure: str | None
    seconds_ago: float | None


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """The database as it is now; `clock_difference` in seconds, positive where its clock is ahead of this machine's."""

    schema: SchemaState
    missing_partitions: tuple[str, ...]
    rows_in_default_partition: bool
    jobs: tuple[JobFacts, ...]
    sessions_live: int
    processes: tuple[ServerProcess, ...]
    clock_difference: float
    backups: BackupRecord | None = None
    reminders: ReminderRecord | None = None


@dataclass(frozen=True, slots=True)
class DatabaseAway:
    """Nothing can be said about it, but why: one sentence."""

    reason: str


def look_at_database(configuration: Configuration) -> DatabaseFacts | DatabaseAway:
    """What there is, or why there is nothing. A database without a schema has no partitions, jobs or sessions."""
    try:
        database = database_of_installation(configuration, Role.OWNER)
        with database.connect(application="status", autocommit=True, lock_timeout_ms=_LOCK_TIMEOUT_MS) as connection:
            return _facts(connection)
    except ConfigurationError as error:
        return DatabaseAway(str(error))
    except psycopg.Error as error:
        return DatabaseAway(str(error).strip().splitlines()[-1])


def _facts(connection: Connection) -> DatabaseFacts:
    schema = read_schema_state(connection)
    difference = _clock_difference(connection)
    if schema.current == 0:
        return DatabaseFacts(schema, (), rows_in_default_partition=False, jobs=(), sessions_live=0,
                             processes=(), clock_difference=difference)  # fmt: skip
    partitions = read_upkeep(connection).partitions
    return DatabaseFacts(
        schema,
        missing_partitions=partitions.missing,
        rows_in_default_partition=partitions.rows_in_default > 0,
        jobs=tuple(JobFacts(*row) for row in connection.execute(_JOBS)),  # type: ignore[arg-type]  # as the columns are
        sessions_live=count_live_sessions(connection),
        processes=tuple(list_processes(connection)),
        clock_difference=difference,
        backups=None if schema.problem else read_record(connection),
        reminders=None if schema.problem else read_reminder_record(connection),
    )


def _clock_difference(connection: Connection) -> float:
    before = time.time()
    theirs = float(str(_one(connection, _CLOCK)))
    return theirs - (before + time.time()) / 2


def _one(connection: Connection, statement: str) -> object:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None
