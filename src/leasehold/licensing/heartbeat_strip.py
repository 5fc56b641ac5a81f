"""The heartbeats of one session, as a strip that shows its gaps.

The table of heartbeats has no index on the session, so that a heartbeat costs one narrow row and nothing more: whoever
reads it reads what all sessions sent in the meantime. How much that is is probed first, and the strip is bounded by it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from leasehold.kit.database import Connection
from leasehold.kit.orm import driver_connection
from leasehold.licensing.queries import read_service_time
from leasehold.licensing.session_queries import SessionLine

BUCKETS = 240
MOST_GAPS = 100
_MOST_ROWS = 250_000
_PROBE = timedelta(seconds=2)
_PROBES = 12
_SHORTEST = timedelta(minutes=2)
_SHORTEST_BUCKET = timedelta(milliseconds=1)
# A heartbeat may be late by half an interval before it is missed.
_LATE = 1.5

# How many heartbeats of anybody there are in a short while, at the densest of some places spread evenly.
_DENSITY = """
SELECT max((SELECT count(*) FROM license_heartbeats WHERE at >= p.place AND at < p.place + %(probe)s))
  FROM (SELECT %(ends)s - %(probe)s - (%(ends)s - %(begins)s) * (i / %(probes)s::float8) AS place
          FROM generate_series(0, %(probes)s - 1) AS i) AS p
"""

# The session's heartbeats in the stretch: each bucket that has one, each gap, and what there is in all.
_STRIP = """
WITH beats AS MATERIALIZED (
    SELECT at FROM license_heartbeats
     WHERE at >= %(begins)s AND at <= %(ends)s AND license_id = %(license_id)s AND session_id = %(session_id)s
), spaces AS (
    SELECT lag(at, 1, %(begins)s) OVER (ORDER BY at) AS begins, at AS ends FROM beats
    UNION ALL SELECT coalesce((SELECT max(at) FROM beats), %(begins)s), %(ends)s
), gaps AS (
    SELECT begins, ends FROM spaces WHERE ends - begins > %(late)s ORDER BY ends - begins DESC LIMIT %(most)s
)
SELECT 'beat', min(at), NULL, count(*)
  FROM beats
 GROUP BY floor(extract(epoch FROM at - %(begins)s) / extract(epoch FROM %(bucket)s))
UNION ALL SELECT 'gap', begins, ends, NULL FROM gaps
 ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a heartbeat, longer than one may be late."""

    begins_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """How long nothing was heard."""
        return self.ends_at - self.begins_at


@dataclass(frozen=True, slots=True)
class HeartbeatStrip:
    """What was heard of a session from `begins_at` to `ends_at`.

    `beats` has the first moment of each of some `BUCKETS` equal parts in which something was heard, `gaps` the longest
    `MOST_GAPS` ones in their order; `count` is the number of heartbeats. `is_begin` and `is_end` say whether the
    session began and ended (or stands now) here: one that is too long to be read at once is read piece by piece.
    """

    begins_at: datetime
    ends_at: datetime
    beats: tuple[datetime, ...]
    gaps: tuple[Gap, ...]
    count: int
    is_begin: bool
    is_end: bool

    @property
    def longest_gap(self) -> Gap | None:
        """The longest gap; None where there is none."""
        return max(self.gaps, key=lambda gap: gap.length, default=None)


def read_strip(session: Session, line: SessionLine, *, until: datetime | None = None) -> HeartbeatStrip:
    """The strip of a session that ends at `until`, or at the session's end where that is None or outside of it.

    It reaches back to the session's start, or as far as can be read in some tens of milliseconds.
    """
    connection = driver_connection(session)
    start, last = line.session.started_at, line.last_moment
    ends = until if until is not None and start < until < last else last
    begins = max(start, ends - _readable(connection, start, ends))
    wanted = {
        "license_id": line.session.license_id,
        "session_id": line.session.id,
        "begins": begins,
        "ends": ends,
        "late": _LATE * timedelta(seconds=read_service_time(session).heartbeat_interval),
        "bucket": max((ends - begins) / BUCKETS, _SHORTEST_BUCKET),
        "most": MOST_GAPS,
    }
    rows: list[tuple[Any, ...]] = connection.execute(_STRIP, wanted).fetchall()
    beats = [row for row in rows if row[0] == "beat"]
    return HeartbeatStrip(
        begins,
        ends,
        beats=tuple(row[1] for row in beats),
        gaps=tuple(Gap(row[1], row[2]) for row in rows if row[0] == "gap"),
        count=sum(row[3] for row in beats),
        is_begin=begins == start,
        is_end=ends == last,
    )


def _readable(connection: Connection, begins: datetime, ends: datetime) -> timedelta:
    """How much time before `ends` holds about `_MOST_ROWS` heartbeats of everybody."""
    places = {"begins": begins, "ends": ends, "probe": _PROBE, "probes": _PROBES}
    found = connection.execute(_DENSITY, places).fetchone()
    in_a_probe = 0 if found is None else int(str(found[0]))
    return _PROBE * max(_MOST_ROWS / max(in_a_probe, 1), _SHORTEST / _PROBE)
