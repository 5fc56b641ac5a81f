"""Refusals, counted by license, code and hour (UTC): whose limits are too low, and what else goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leasehold.kit.database import Connection
from leasehold.licensing.vocabulary import Code
from leasehold.settings.service import get_setting

Denied = tuple[int | None, str]
LIMITS = (Code.SESSION_LIMIT_REACHED.value, Code.DEVICE_LIMIT_REACHED.value)

# Rows are written in one order, so that processes that write at the same time wait for each other in a line.
_RECORD = """
INSERT INTO license_denials AS d (hour, license_id, code, denials)
SELECT date_trunc('hour', now(), 'UTC'), u.license_id, u.code, u.denials
  FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS u (license_id, code, denials)
 ORDER BY u.license_id, u.code
ON CONFLICT ON CONSTRAINT license_denials_key DO UPDATE SET denials = d.denials + excluded.denials
"""
_FORGET = "DELETE FROM license_denials WHERE hour < now() - make_interval(days => %s)"
_MOST_DENIED = """
WITH most AS (
    SELECT license_id, sum(denials) FILTER (WHERE code = 'session_limit_reached') AS sessions,
           sum(denials) FILTER (WHERE code = 'device_limit_reached') AS devices, max(hour) AS last_hour
      FROM license_denials
     WHERE hour >= now() - make_interval(days => %(days)s) AND code = ANY(%(codes)s) AND license_id IS NOT NULL
     GROUP BY license_id ORDER BY sum(denials) DESC, license_id LIMIT %(limit)s
)
SELECT l.id, l.license_key, c.id, i.name, p.slug, l.concurrent_sessions_limit, l.device_limit,
       coalesce(m.sessions, 0)::bigint, coalesce(m.devices, 0)::bigint, m.last_hour
  FROM most AS m
  JOIN licenses AS l ON l.id = m.license_id
  JOIN products AS p ON p.id = l.product_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
 WHERE l.deleted_at IS NULL
 ORDER BY coalesce(m.sessions, 0) + coalesce(m.devices, 0) DESC, l.id
"""
_BY_CODE = """
SELECT code, sum(denials)::bigint FROM license_denials
 WHERE hour >= now() - make_interval(days => %s) GROUP BY code ORDER BY 2 DESC, 1
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


def list_most_denied(connection: Connection, *, days: int, limit: int = 10) -> list[DeniedLicense]:
    """The licenses whose limits refused most often in the last `days`, most first."""
    parameters = {"days": days, "codes": list(LIMITS), "limit": limit}
    rows = connection.execute(_MOST_DENIED, parameters)
    return [DeniedLicense(*row) for row in rows]  # type: ignore[arg-type]  # as the columns are


def count_denials_by_code(connection: Connection, *, days: int) -> dict[str, int]:
    """How often each code refused in the last `days`, most frequent first; those without a license too."""
    return {str(code): int(str(number)) for code, number in connection.execute(_BY_CODE, (days,))}
