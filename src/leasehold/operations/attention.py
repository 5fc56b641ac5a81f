"""What an operator should look at: licenses that will expire, devices that have fallen silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from leasehold.kit.database import Connection

_FIRST = 10
_MOST_LICENSES = 10_000
_MOST_DEVICES = 1_000

# Licenses in force that end within so many days, the next one first.
_EXPIRING = """
WITH soon AS MATERIALIZED (
    SELECT id, valid_until FROM licenses
     WHERE valid_until > now() AND valid_until <= now() + make_interval(days => %(days)s)
       AND valid_until IS NOT NULL AND suspended_at IS NULL AND deleted_at IS NULL
     ORDER BY valid_until, id LIMIT %(most)s + 1
), first AS (SELECT id FROM soon ORDER BY valid_until, id LIMIT %(first)s)
SELECT (SELECT count(*) FROM soon), l.id, l.license_key, c.id, i.name, p.name, l.type, l.valid_until
  FROM first
  JOIN licenses AS l ON l.id = first.id
  JOIN products AS p ON p.id = l.product_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
 ORDER BY l.valid_until, l.id
"""
# Active devices not seen since so many days, the longest silent first (by the day). A device whose session lives is
# not silent: its heartbeats do not move last_seen_at.
_SILENT = """
WITH silent AS MATERIALIZED (
    SELECT d.license_id, d.id, d.last_seen_on
      FROM device_registrations AS d
     WHERE d.status = 'active' AND d.last_seen_on < (now() AT TIME ZONE 'UTC')::date - %(days)s::integer
       AND NOT EXISTS (SELECT FROM license_sessions AS s WHERE s.license_id = d.license_id AND s.device_id = d.id)
       AND EXISTS (SELECT FROM licenses AS l WHERE l.id = d.license_id AND l.deleted_at IS NULL)
     ORDER BY d.last_seen_on LIMIT %(most)s + 1
), first AS (SELECT license_id, id FROM silent ORDER BY last_seen_on, license_id, id LIMIT %(first)s)
SELECT (SELECT count(*) FROM silent), d.license_id, d.id, d.device_name, l.license_key, i.name, d.last_seen_at,
       d.last_seen_on
  FROM first
  JOIN device_registrations AS d ON d.license_id = first.license_id AND d.id = first.id
  JOIN licenses AS l ON l.id = d.license_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
 ORDER BY d.last_seen_on, d.license_id, d.id
"""

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Found(Generic[Line]):
    """How many there are, and the first of them; `and_more` where there are more than `number`."""

    number: int
    and_more: bool
    first: list[Line]


@dataclass(frozen=True, slots=True)
class ExpiringLicense:
    """A license in force and when it ends."""

    license_id: int
    license_key: str
    customer_id: int
    customer: str
    product: str
    type: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class SilentDevice:
    """An active device that has not been heard of since `last_seen_at`."""

    license_id: int
    device_id: int
    device_name: str
    license_key: str
    customer: str
    last_seen_at: datetime
    last_seen_on: date


def find_expiring_licenses(connection: Connection, *, days: int) -> Found[ExpiringLicense]:
    """Licenses in force that end within `days`, counted up to 10,000, and the ten that end next."""
    parameters = {"days": days, "most": _MOST_LICENSES, "first": _FIRST}
    return _found(connection.execute(_EXPIRING, parameters), _MOST_LICENSES, ExpiringLicense)


def find_silent_devices(connection: Connection, *, days: int) -> Found[SilentDevice]:
    """Active devices not seen since more than `days` days (UTC), counted up to 1,000, and ten that are silent longest.

    Of many that were last seen on the same day, which ten is left open.
    """
    parameters = {"days": days, "most": _MOST_DEVICES, "first": _FIRST}
    return _found(connection.execute(_SILENT, parameters), _MOST_DEVICES, SilentDevice)


def _found(rows: Iterable[Any], most: int, line: type[Line]) -> Found[Line]:
    answer = list(rows)
    number = answer[0][0] if answer else 0
    return Found(min(number, most), number > most, [line(*row[1:]) for row in answer])
