"""The license server's processes, each of which keeps one row about itself for as long as it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, structs, to_builtins
from psycopg.types.json import Jsonb

from leasehold.kit.database import Connection

STALE_SECONDS = 60
_SILENT_SECONDS = 20

# The row as the process sees itself now; made again where others took it for dead.
_REPORT = """
INSERT INTO server_processes AS p (id, host, pid, version, started_at, seen_at, heartbeats_per_second,
                                   commands_per_second, heartbeats_last_minute, pending, database_down, lanes)
VALUES (%(id)s, %(host)s, %(pid)s, %(version)s, clock_timestamp() - make_interval(secs => %(age)s), clock_timestamp(),
        %(heartbeats_per_second)s, %(commands_per_second)s, %(heartbeats_last_minute)s, %(pending)s,
        %(database_down)s, %(lanes)s)
ON CONFLICT (id) DO UPDATE
   SET seen_at = excluded.seen_at, heartbeats_per_second = excluded.heartbeats_per_second,
       commands_per_second = excluded.commands_per_second, heartbeats_last_minute = excluded.heartbeats_last_minute,
       pending = excluded.pending, database_down = excluded.database_down, lanes = excluded.lanes
"""
_REMOVE = "DELETE FROM server_processes WHERE id = %s"
# Whoever comes second finds the row locked, and leaves it; one that has reported meanwhile stays.
_REMOVE_STALE = """
DELETE FROM server_processes
 WHERE seen_at < clock_timestamp() - make_interval(secs => %(stale)s)
   AND id IN (SELECT id FROM server_processes
               WHERE seen_at < clock_timestamp() - make_interval(secs => %(stale)s) FOR UPDATE SKIP LOCKED)
"""
_LIST = """
SELECT id, host, pid, version, started_at, seen_at, seen_at < clock_timestamp() - make_interval(secs => %s),
       heartbeats_per_second, commands_per_second, heartbeats_last_minute, pending, database_down, lanes
  FROM server_processes
 ORDER BY host, pid, id
"""


class LaneReport(Struct, frozen=True):
    """How one lane did since the last report; None where it ran no batch. Seconds from taking a batch to its commit."""

    batches_per_second: float
    commands_per_second: float
    mean_batch: float | None
    last_batch: int
    depth: int
    failures: int
    p50_seconds: float | None
    p95_seconds: float | None


class ProcessReport(Struct, frozen=True):
    """How one process does; rates since its last report, `age` in seconds, `pending` are callers who wait."""

    id: UUID
    host: str
    pid: int
    version: str
    age: float
    heartbeats_per_second: float
    commands_per_second: float
    heartbeats_last_minute: int
    pending: int
    database_down: bool
    lanes: Mapping[str, LaneReport]


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A row: as `ProcessReport`; `silent` where it has missed several reports, so that it hangs or is gone."""

    id: UUID
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    silent: bool
    heartbeats_per_second: float
    commands_per_second: float
    heartbeats_last_minute: int
    pending: int
    database_down: bool
    lanes: Mapping[str, LaneReport]


def report_process(connection: Connection, report: ProcessReport) -> None:
    """Write the process's own row."""
    lanes = Jsonb(to_builtins(report.lanes))
    connection.execute(_REPORT, structs.asdict(report) | {"lanes": lanes})


def remove_process(connection: Connection, process: UUID) -> None:
    """Remove the row of a process that stops."""
    connection.execute(_REMOVE, (process,))


def remove_stale_processes(connection: Connection) -> int:
    """Remove the rows of processes that have not reported for a minute; returns how many."""
    return connection.execute(_REMOVE_STALE, {"stale": STALE_SECONDS}).rowcount


def list_processes(connection: Connection) -> list[ServerProcess]:
    """Every process that runs or did a minute ago, by host and process id."""
    return [_process(row) for row in connection.execute(_LIST, (_SILENT_SECONDS,))]


def _process(row: Any) -> ServerProcess:
    return ServerProcess(*(*row[:-1], convert(row[-1], dict[str, LaneReport])))
