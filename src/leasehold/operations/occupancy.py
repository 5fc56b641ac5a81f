"""How much is in use at this moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection

# Up to here live sessions are counted for each reader; above, the worker's last sample is told.
_COUNTED_UP_TO = 20_000

_LIVE = "SELECT count(*) FROM live_sessions"
_NOW = """
WITH counted AS MATERIALIZED (SELECT count(*) AS number FROM (SELECT FROM live_sessions LIMIT %(cap)s + 1) AS capped),
sample AS (
    SELECT at, sessions_live, devices_active, seats_sold, counted_at
      FROM activity_samples WHERE resolution = 'minute' ORDER BY at DESC LIMIT 1
)
SELECT CASE WHEN c.number > %(cap)s THEN coalesce(s.sessions_live, c.number) ELSE c.number END,
       CASE WHEN c.number > %(cap)s THEN s.at ELSE now() END,
       (SELECT coalesce(sum(heartbeats_per_second) * 60, 0)::bigint FROM server_processes
         WHERE seen_at > now() - interval '20 s'),
       s.seats_sold, s.devices_active, s.counted_at
  FROM counted AS c LEFT JOIN sample AS s ON true
"""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What is in use. Every live session takes one seat, so `seats_used` is the number of live sessions.

    `seats_used_at` says when they were counted: now, or, where there are very many, up to a minute ago; None where
    there are at least so many and the worker has not counted yet. `seats_sold` (of active licenses) and
    `devices_active` are as of `counted_at`, None before the worker's first sample.
    """

    seats_used: int
    seats_used_at: datetime | None
    heartbeats_per_minute: int
    seats_sold: int | None
    devices_active: int | None
    counted_at: datetime | None

    @property
    def sessions_live(self) -> int:
        """The same number by its other name."""
        return self.seats_used


def read_occupancy(connection: Connection) -> Occupancy:
    """What is in use now, in bounded time however much it is."""
    row: Any = connection.execute(_NOW, {"cap": _COUNTED_UP_TO}).fetchone()
    return Occupancy(*row)


def count_live_sessions(connection: Connection) -> int:
    """Exactly how many sessions live; takes time in proportion to their number."""
    row: Any = connection.execute(_LIVE).fetchone()
    return int(row[0])
