"""Activity over time: a sample every minute, hours made of minutes, and the series that charts are drawn of."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from leasehold.kit.database import Connection
from leasehold.settings.service import get_setting

# Licenses and devices are counted every minute while they are small, else once an hour: a pass over the tables.
_SMALL_BYTES = 64 * 1024 * 1024

_LOOK = """
SELECT NOT EXISTS (SELECT FROM activity_samples
                    WHERE resolution = 'minute' AND at = date_trunc('minute', now(), 'UTC')),
       coalesce((SELECT counted_at < now() - interval '1 hour' FROM activity_samples
                  WHERE resolution = 'minute' ORDER BY at DESC LIMIT 1), true)
       OR pg_relation_size('licenses') + pg_relation_size('device_registrations') < %s
"""
# A sample with licenses and devices counted now.
_COUNT = """
INSERT INTO activity_samples (resolution, at, sessions_live, sessions_peak, heartbeats, devices_active, seats_sold,
                              counted_at)
SELECT 'minute', date_trunc('minute', now(), 'UTC'), live.number, live.number, beats.number,
       (SELECT count(*) FROM device_registrations WHERE status = 'active'),
       (SELECT coalesce(sum(concurrent_sessions_limit), 0) FROM licenses
         WHERE suspended_at IS NULL AND deleted_at IS NULL AND valid_from <= now()
           AND (valid_until IS NULL OR valid_until > now())),
       now()
  FROM (SELECT count(*) FROM live_sessions) AS live (number),
       (SELECT coalesce(sum(heartbeats_last_minute), 0) FROM server_processes
         WHERE seen_at > now() - interval '20 s') AS beats (number)
ON CONFLICT ON CONSTRAINT activity_samples_pkey DO NOTHING
"""
# A sample with the counts of licenses and devices of the one before.
_CARRY = """
INSERT INTO activity_samples (resolution, at, sessions_live, sessions_peak, heartbeats, devices_active, seats_sold,
                              counted_at)
SELECT 'minute', date_trunc('minute', now(), 'UTC'), live.number, live.number, beats.number,
       last.devices_active, last.seats_sold, last.counted_at
  FROM (SELECT count(*) FROM live_sessions) AS live (number),
       (SELECT coalesce(sum(heartbeats_last_minute), 0) FROM server_processes
         WHERE seen_at > now() - interval '20 s') AS beats (number),
       (SELECT devices_active, seats_sold, counted_at FROM activity_samples
         WHERE resolution = 'minute' ORDER BY at DESC LIMIT 1) AS last
ON CONFLICT ON CONSTRAINT activity_samples_pkey DO NOTHING
"""
# This hour and the one before, made anew of their minutes.
_ROLL_UP = """
INSERT INTO activity_samples AS a (resolution, at, sessions_live, sessions_peak, heartbeats, devices_active,
                                   seats_sold, counted_at)
SELECT 'hour', date_trunc('hour', at, 'UTC'), round(avg(sessions_live)), max(sessions_peak), sum(heartbeats),
       (array_agg(devices_active ORDER BY at DESC))[1], (array_agg(seats_sold ORDER BY at DESC))[1], max(counted_at)
  FROM activity_samples
 WHERE resolution = 'minute' AND at >= date_trunc('hour', now(), 'UTC') - interval '1 hour'
 GROUP BY 2
ON CONFLICT ON CONSTRAINT activity_samples_pkey DO UPDATE
   SET sessions_live = excluded.sessions_live, sessions_peak = excluded.sessions_peak,
       heartbeats = excluded.heartbeats, devices_active = excluded.devices_active, seats_sold = excluded.seats_sold,
       counted_at = excluded.counted_at
"""
_PRUNE = """
DELETE FROM activity_samples
 WHERE resolution = 'minute' AND at < now() - interval '48 hours'
    OR resolution = 'hour' AND at < now() - make_interval(days => %s)
"""
_LATEST = """
SELECT sessions_live, devices_active, seats_sold FROM activity_samples
 WHERE resolution = 'minute' AND at > now() - interval '3 minutes'
 ORDER BY at DESC LIMIT 1
"""
# One range of the primary key, with a hole wherever nobody took a sample.
_SERIES = """
WITH points AS (
    SELECT point FROM generate_series(date_trunc(%(resolution)s, now(), 'UTC') - %(span)s + %(step)s,
                                      date_trunc(%(resolution)s, now(), 'UTC'), %(step)s) AS point
), samples AS MATERIALIZED (
    SELECT at, sessions_live, sessions_peak, heartbeats, devices_active, seats_sold
      FROM activity_samples
     WHERE resolution = %(resolution)s AND at > now() - %(span)s - %(step)s
)
SELECT array_agg(extract(epoch FROM point)::bigint ORDER BY point), array_agg(sessions_live ORDER BY point),
       array_agg(sessions_peak ORDER BY point), array_agg(heartbeats ORDER BY point),
       array_agg(devices_active ORDER BY point), array_agg(seats_sold ORDER BY point)
  FROM points LEFT JOIN samples ON at = point
"""


class Span(Enum):
    """What a chart shows: the resolution and how far it goes back."""

    DAY = ("minute", timedelta(minutes=1), timedelta(hours=24))
    MONTH = ("hour", timedelta(hours=1), timedelta(days=30))


@dataclass(frozen=True, slots=True)
class ActivitySeries:
    """Arrays of one length for a chart, oldest first: Unix seconds (UTC) and counts, None where there is no sample.

    `heartbeats` are those of each step: a minute's or an hour's. In hours, `sessions_live` is the mean.
    """

    at: list[int]
    sessions_live: list[int | None]
    sessions_peak: list[int | None]
    heartbeats: list[int | None]
    devices_active: list[int | None]
    seats_sold: list[int | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """Live sessions, active devices, and sessions that the licenses in force allow at once."""

    sessions_live: int
    devices_active: int
    seats_sold: int


def sample_activity(connection: Connection) -> int:
    """Commit the sample of this minute and what follows from it; returns 0 where it had been taken before."""
    row = connection.execute(_LOOK, (_SMALL_BYTES,)).fetchone()
    is_due, must_count = row if row is not None else (False, False)
    if not is_due:
        connection.commit()
        return 0
    taken = connection.execute(_COUNT if must_count else _CARRY).rowcount
    connection.execute(_ROLL_UP)
    connection.execute(_PRUNE, (int(get_setting(connection, "activity_retention_days")),))
    connection.commit()
    return taken


def read_activity(connection: Connection, span: Span) -> ActivitySeries:
    """The last 24 hours by the minute, or the last 30 days by the hour."""
    resolution, step, length = span.value
    parameters = {"resolution": resolution, "step": step, "span": length}
    row: Any = connection.execute(_SERIES, parameters).fetchone()
    return ActivitySeries(*row)


def read_latest_sample(connection: Connection) -> Sample | None:
    """The sample of this minute or the last ones; None where nobody has taken one for three minutes."""
    row: Any = connection.execute(_LATEST).fetchone()
    return None if row is None else Sample(*row)
