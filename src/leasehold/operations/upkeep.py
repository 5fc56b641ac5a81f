"""Whether what runs by the clock does run: the worker's jobs, and the partitions that heartbeats need."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection

_OVERDUE_SECONDS = 30
_MOST_STRAYS = 1_000

# The months from this one on that lack a partition, how many in a row have one, and what the net has caught; beside
# that, each job.
_READ = """
WITH months AS (
    SELECT ahead, to_char(month, 'YYYY-MM') AS name,
           to_regclass('public.license_heartbeats_' || to_char(month, 'YYYY_MM')) IS NOT NULL AS is_there
      FROM generate_series(0, 3) AS ahead,
           LATERAL (SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')
                           + make_interval(months => ahead)) AS m (month)
), partitions AS (
    SELECT array_agg(name ORDER BY ahead) FILTER (WHERE NOT is_there) AS missing,
           coalesce(min(ahead) FILTER (WHERE NOT is_there), 4) - 1 AS months_ahead,
           (SELECT count(*) FROM (SELECT FROM license_heartbeats_default LIMIT %(most_strays)s) AS caught) AS strays
      FROM months
)
SELECT p.missing, p.months_ahead, p.strays, s.name, s.started_at, s.finished_at, s.due_at, s.failure,
       s.due_at < clock_timestamp() - make_interval(secs => %(overdue_seconds)s)
  FROM partitions AS p LEFT JOIN schedules AS s ON true
 ORDER BY s.name
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


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Every job that a worker has enrolled, by name, and how far the partitions of the heartbeats reach."""

    jobs: list[JobState]
    partitions: HeartbeatPartitions


def read_upkeep(connection: Connection) -> Upkeep:
    """What is known."""
    parameters = {"most_strays": _MOST_STRAYS, "overdue_seconds": _OVERDUE_SECONDS}
    rows: list[Any] = connection.execute(_READ, parameters).fetchall()
    missing, months_ahead, strays, *_ = rows[0]
    jobs = [JobState(*job) for _missing, _ahead, _strays, *job in rows if job[0] is not None]
    return Upkeep(jobs, HeartbeatPartitions(tuple(missing or ()), months_ahead, strays))
