"""Whether what runs by the clock does run: the worker's jobs, and the partitions that heartbeats need."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection

_OVERDUE_SECONDS = 30
_MOST_STRAYS = 1_000

_JOBS = """
SELECT name, started_at, finished_at, due_at, failure,
       due_at < clock_timestamp() - make_interval(secs => %s)
  FROM schedules
 ORDER BY name
"""
# The months from this one on that lack a partition, how many in a row have one, and what the net has caught.
_PARTITIONS = """
WITH months AS (
    SELECT ahead, to_char(month, 'YYYY-MM') AS name,
           to_regclass('public.license_heartbeats_' || to_char(month, 'YYYY_MM')) IS NOT NULL AS is_there
      FROM generate_series(0, 3) AS ahead,
           LATERAL (SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')
                           + make_interval(months => ahead)) AS m (month)
)
SELECT array_agg(name ORDER BY ahead) FILTER (WHERE NOT is_there),
       coalesce(min(ahead) FILTER (WHERE NOT is_there), 4) - 1,
       (SELECT count(*) FROM (SELECT FROM license_heartbeats_default LIMIT %s) AS caught)
  FROM months
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """A job of the worker; `is_overdue` where it should have been done half a minute ago and is not (yet).

    `started_at` and `finished_at` are None before it has run, `failure` unless its last run failed.
    """

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    due_at: datetime
    failure: str | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class HeartbeatPartitions:
    """`missing` names months (2027-01) out of this and the next three; `months_ahead` is -1 where this one is missing.

    `rows_in_default` is counted up to 1,000; any is an alarm.
    """

    missing: tuple[str, ...]
    months_ahead: int
    rows_in_default: int


def list_jobs(connection: Connection) -> list[JobState]:
    """Every job that a worker has enrolled, by name."""
    rows = connection.execute(_JOBS, (_OVERDUE_SECONDS,))
    return [JobState(*row) for row in rows]  # type: ignore[arg-type]  # as the columns are


def read_partitions(connection: Connection) -> HeartbeatPartitions:
    """How far the partitions of the heartbeats reach."""
    row: Any = connection.execute(_PARTITIONS, (_MOST_STRAYS,)).fetchone()
    return HeartbeatPartitions(tuple(row[0] or ()), row[1], row[2])
