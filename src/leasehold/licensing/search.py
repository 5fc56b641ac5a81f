"""Licenses, devices, sessions and products, found by what somebody has at hand.

No statement is prepared: each is planned for the text that is looked for, a frequent one otherwise than a rare one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from leasehold.kit.matching import beginning, containing
from leasehold.kit.orm import driver_connection
from leasehold.licensing.license_key import key_beginning

_LICENSE_COLUMNS = """
SELECT l.license_key, p.slug, i.name
  FROM licenses AS l
  JOIN products AS p ON p.id = l.product_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
"""
_LICENSES_BY_KEY = f"""{_LICENSE_COLUMNS}
 WHERE l.deleted_at IS NULL AND l.license_key COLLATE "C" >= %(first)s AND l.license_key COLLATE "C" < %(last)s
 LIMIT %(limit)s
"""
_LICENSES_OF = f"""{_LICENSE_COLUMNS}
 WHERE l.deleted_at IS NULL AND l.customer_id = ANY(%(customers)s)
 LIMIT %(limit)s
"""
_DEVICE_COLUMNS = """
SELECT l.license_key, d.hardware_fingerprint, d.device_name, d.status
  FROM device_registrations AS d JOIN licenses AS l ON l.id = d.license_id
"""
_DEVICES_BY_FINGERPRINT = f"""{_DEVICE_COLUMNS}
 WHERE l.deleted_at IS NULL
   AND d.hardware_fingerprint COLLATE "C" >= %(first)s AND d.hardware_fingerprint COLLATE "C" < %(last)s
 LIMIT %(limit)s
"""
_DEVICES_BY_NAME = f"""{_DEVICE_COLUMNS}
 WHERE l.deleted_at IS NULL AND lower(d.device_name) LIKE lower(%(pattern)s)
 LIMIT %(limit)s
"""
_DEVICES_BY_ADDRESS = f"""{_DEVICE_COLUMNS}
 WHERE l.deleted_at IS NULL AND d.change_address = %(address)s::inet
 LIMIT %(limit)s
"""
_SESSIONS = """
SELECT s.session_token, l.license_key, d.device_name, s.ended
  FROM (SELECT session_token, license_id, device_id, false AS ended
          FROM license_sessions WHERE session_token = %(token)s
        UNION ALL
        SELECT session_token, license_id, device_id, true
          FROM session_history WHERE session_token = %(token)s) AS s
  JOIN licenses AS l ON l.id = s.license_id
  JOIN device_registrations AS d ON d.license_id = s.license_id AND d.id = s.device_id
 LIMIT %(limit)s
"""
_PRODUCTS = """
SELECT slug, name FROM products
 WHERE slug LIKE lower(%(pattern)s) OR lower(name) LIKE lower(%(pattern)s)
 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class LicenseHit:
    """A license that was found."""

    license_key: str
    product: str
    customer: str


@dataclass(frozen=True, slots=True)
class DeviceHit:
    """A device that was found, under the license that it is registered with."""

    license_key: str
    hardware_fingerprint: str
    device_name: str
    status: str


@dataclass(frozen=True, slots=True)
class SessionHit:
    """A session that was found, live or ended."""

    session_token: UUID
    license_key: str
    device_name: str
    ended: bool


@dataclass(frozen=True, slots=True)
class ProductHit:
    """A product that was found."""

    slug: str
    name: str


def search_licenses(session: Session, text: str, *, limit: int) -> list[LicenseHit]:
    """Licenses whose key begins as `text` says, in any spelling; none where no key can begin so."""
    wanted = key_beginning(text)
    if wanted is None:
        return []
    first, last = beginning(wanted)
    return [LicenseHit(*row) for row in _rows(session, _LICENSES_BY_KEY, first=first, last=last, limit=limit)]


def search_licenses_of(session: Session, customer_ids: Sequence[int], *, limit: int) -> list[LicenseHit]:
    """Licenses of these customers."""
    if not customer_ids:
        return []
    return [LicenseHit(*row) for row in _rows(session, _LICENSES_OF, customers=list(customer_ids), limit=limit)]


def search_devices(session: Session, part: str, *, limit: int) -> list[DeviceHit]:
    """Devices whose name contains `part`, in any letter case."""
    return [DeviceHit(*row) for row in _rows(session, _DEVICES_BY_NAME, pattern=containing(part), limit=limit)]


def search_devices_by_fingerprint(session: Session, text: str, *, limit: int) -> list[DeviceHit]:
    """Devices whose fingerprint begins with `text`."""
    first, last = beginning(text)
    return [DeviceHit(*row) for row in _rows(session, _DEVICES_BY_FINGERPRINT, first=first, last=last, limit=limit)]


def search_devices_by_address(session: Session, address: str, *, limit: int) -> list[DeviceHit]:
    """Devices whose registration was last changed from this IP address."""
    return [DeviceHit(*row) for row in _rows(session, _DEVICES_BY_ADDRESS, address=address, limit=limit)]


def search_sessions(session: Session, token: UUID, *, limit: int) -> list[SessionHit]:
    """The session with this token."""
    return [SessionHit(*row) for row in _rows(session, _SESSIONS, token=token, limit=limit)]


def search_products(session: Session, part: str, *, limit: int) -> list[ProductHit]:
    """Products whose name or slug contains `part`; there are few of them."""
    return [ProductHit(*row) for row in _rows(session, _PRODUCTS, pattern=containing(part), limit=limit)]


def _rows(session: Session, statement: str, **parameters: object) -> Sequence[Any]:
    return driver_connection(session).execute(statement, parameters, prepare=False).fetchall()
