"""Refusals, counted by license, code and hour (UTC): whose limits are too low, and what else goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection
from leasehold.settings.service import get_setting

Denied = tuple[int | None, str]
_MOST_ROWS = 30_000

# Rows are written in one order, so that processes that write at the same time wait for each other in a line.
_RECORD = """
INSERT INTO license_denials AS d (hour, license_id, code, denials)
SELECT date_trunc('hour', now(), 'UTC'), u.license_id, u.code, u.denials
  FROM unnest(%s::bigint[], %s::text[], %s::integer[]) AS u (license_id, code, denials)
 ORDER BY u.license_id, u.code
ON CONFLICT ON CONSTRAINT license_denials_key DO UPDATE SET denials = d.denials + excluded.denials
"""
_FORGET = "DELETE FROM license_denials WHERE hour < now() - make_interval(days => %s)"
# The newest rows of the span only, so that the time is bounded however much is refused.
_RECENT = """
WITH newest AS MATERIALIZED (
    SELECT hour, license_id, code, denials FROM license_denials
     WHERE hour >= now() - make_interval(days => %(days)s) ORDER BY hour DESC LIMIT %(rows)s
), codes AS (
    SELECT coalesce(jsonb_object_agg(code, number), '{}') AS numbers
      FROM (SELECT code, sum(denials) AS number FROM newest GROUP BY code) AS c
), most AS (
    SELECT license_id, max(hour) AS last_hour,
           coalesce(sum(denials) FILTER (WHERE code = 'session_limit_reached'), 0) AS sessions,
           coalesce(sum(denials) FILTER (WHERE code = 'device_limit_reached'), 0) AS devices
      FROM newest
     WHERE code IN ('session_limit_reached', 'device_limit_reached') AND license_id IS NOT NULL
     GROUP BY license_id ORDER BY sum(denials) DESC, license_id LIMIT %(limit)s
), refused AS (
    SELECT l.id, l.license_key, c.id AS customer_id, i.name AS customer, p.name AS product,
           l.concurrent_sessions_limit, l.device_limit, m.sessions, m.devices, m.last_hour
      FROM most AS m
      JOIN licenses AS l ON l.id = m.license_id
      JOIN products AS p ON p.id = l.product_id
      JOIN customers AS c ON c.id = l.customer_id
      JOIN institutions AS i ON i.id = c.institution_id
     WHERE l.deleted_at IS NULL
)
SELECT codes.numbers, (SELECT min(hour) FROM newest), refused.*
  FROM codes LEFT JOIN refused ON true
 ORDER BY refused.sessions + refused.devices DESC, refused.id
"""


@dataclass(frozen=True, slots=True)
class DeniedLicense:
    """A license that was too small, and how often; `last_hour` is the hour (UTC) in which it last was."""

    license_id: int
    license_key: str
    customer_id: int
    customer: str
    product: str
    concurrent_sessions_limit: int
    device_limit: int
    session_denials: int
    device_denials: int
    last_hour: datetime


@dataclass(frozen=True, slots=True)
class Denials:
    """Refusals since the hour `since` (UTC), the first with one in the span; None where there is none.

    `by_code` has every code with how often it refused, most frequent first; `licenses` those refused most by a limit.
    """

    since: datetime | None
    by_code: Mapping[str, int]
    licenses: list[DeniedLicense]


def record_denials(connection: Connection, counts: Mapping[Denied, int]) -> None:
    """Add counts by license and code to those of this hour, in one statement."""
    if not counts:
        return
    rows = [(license_id, code, number) for (license_id, code), number in counts.items()]
    connection.execute(_RECORD, tuple(list(column) for column in zip(*rows, strict=True)))


def forget_old_denials(connection: Connection) -> int:
    """Commit the removal of what is older than the setting `denial_retention_days`; returns how many rows."""
    days = int(get_setting(connection, "denial_retention_days"))
    forgotten = connection.execute(_FORGET, (days,)).rowcount
    connection.commit()
    return forgotten


def read_denials(connection: Connection, *, days: int, limit: int = 10) -> Denials:
    """The refusals of the last `days`, with or without a license, and the licenses whose limits refused most.

    Where that is more than 30,000 licenses, codes and hours, of as many of the latest hours as that makes.
    """
    parameters = {"days": days, "rows": _MOST_ROWS, "limit": limit}
    rows: list[Any] = connection.execute(_RECENT, parameters).fetchall()
    by_code = dict(sorted(rows[0][0].items(), key=lambda pair: (-pair[1], pair[0])))
    return Denials(rows[0][1], by_code, [DeniedLicense(*row[2:]) for row in rows if row[2] is not None])
