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
# The newest rows of the span only, so that the time is bounded however many licenses are refused.
_MOST_DENIED = """
WITH newest AS MATERIALIZED (
    SELECT hour, license_id, denials * (code = 'session_limit_reached')::integer AS sessions,
           denials * (code = 'device_limit_reached')::integer AS devices
      FROM license_denials
     WHERE hour >= now() - make_interval(days => %(days)s)
       AND code IN ('session_limit_reached', 'device_limit_reached') AND license_id IS NOT NULL
     ORDER BY hour DESC LIMIT %(rows)s
), most AS (
    SELECT license_id, sum(sessions) AS sessions, sum(devices) AS devices, max(hour) AS last_hour
      FROM newest GROUP BY license_id ORDER BY sum(sessions + devices) DESC, license_id LIMIT %(limit)s
)
SELECT (SELECT min(hour) FROM newest), l.id, l.license_key, c.id, i.name, p.name, l.concurrent_sessions_limit,
       l.device_limit, m.sessions, m.devices, m.last_hour
  FROM most AS m
  JOIN licenses AS l ON l.id = m.license_id
  JOIN products AS p ON p.id = l.product_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
 WHERE l.deleted_at IS NULL
 ORDER BY m.sessions + m.devices DESC, l.id
"""
_BY_CODE = """
SELECT code, sum(denials) FROM (
    SELECT code, denials FROM license_denials
     WHERE hour >= now() - make_interval(days => %(days)s) ORDER BY hour DESC LIMIT %(rows)s) AS newest
 GROUP BY code ORDER BY 2 DESC, 1
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
class MostDenied:
    """The licenses refused most since the hour `since` (UTC), which is the first with a refusal in the span."""

    since: datetime | None
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


def list_most_denied(connection: Connection, *, days: int, limit: int = 10) -> MostDenied:
    """The licenses whose limits refused most often in the last `days`, most first.

    Where that is more than 30,000 licenses and hours, of as many of the latest hours as that makes: see `since`.
    """
    parameters = {"days": days, "rows": _MOST_ROWS, "limit": limit}
    rows: list[Any] = connection.execute(_MOST_DENIED, parameters).fetchall()
    return MostDenied(rows[0][0] if rows else None, [DeniedLicense(*row[1:]) for row in rows])


def count_denials_by_code(connection: Connection, *, days: int) -> dict[str, int]:
    """How often each code refused in the last `days`, most frequent first; those without a license too.

    Bounded like `list_most_denied`.
    """
    rows = connection.execute(_BY_CODE, {"days": days, "rows": _MOST_ROWS})
    return {str(code): int(str(number)) for code, number in rows}
