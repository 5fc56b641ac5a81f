"""What people type to find a device or a session: a license key, a fingerprint or how it begins, a name, a token."""

import re
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, false, func, select, union
from sqlalchemy.orm import Session

from leasehold.licensing.models import DeviceRegistration, LicenseRow, Product

_FINGERPRINT = re.compile(r"[!-~]{1,255}")
_AFTER_ALL_CHARACTERS = "\x7f"
_SHORTEST_PART = 3


def license_with_key(license_key: str) -> Select[int]:
    """The id of the license with this key."""
    return select(LicenseRow.id).where(LicenseRow.license_key == license_key)


def license_key_with_id(session: Session, id_: int) -> str | None:
    """The key of the license with this id; None where it is no more."""
    return session.scalar(select(LicenseRow.license_key).where(LicenseRow.id == id_, LicenseRow.deleted_at.is_(None)))


def device_with_id(session: Session, id_: int) -> tuple[str, str] | None:
    """The license key and the fingerprint of the device with this id; None where either is no more."""
    query = (
        select(LicenseRow.license_key, DeviceRegistration.hardware_fingerprint)
        .join(LicenseRow, LicenseRow.id == DeviceRegistration.license_id)
        .where(DeviceRegistration.id == id_, LicenseRow.deleted_at.is_(None))
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def product_slug_with_id(session: Session, id_: int) -> str | None:
    """The slug of the product with this id; None where there is none."""
    return session.scalar(select(Product.slug).where(Product.id == id_))


def devices_with_fingerprint(text: str, most: int) -> Select[int, int]:
    """(license id, id) of devices whose fingerprint begins with `text`; at most so many.

    They are looked up first: else the planner would rather walk a whole list.
    """
    return _first(_by_fingerprint(text).limit(most))


def devices_found_by(text: str, most: int) -> Select[int, int]:
    """The same of devices whose fingerprint begins with `text` or whose name contains it.

    Of a text of one or two letters only names that begin so are found.
    """
    ways = union(_by_fingerprint(text).limit(most), _by_name(text).limit(most))
    return _first(ways.limit(most))


def parse_token(text: str) -> UUID | None:
    """The session token, or None where `text` is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _by_fingerprint(text: str) -> Select[int, int]:
    if not _FINGERPRINT.fullmatch(text):
        return _ids().where(false())
    column = DeviceRegistration.hardware_fingerprint.collate("C")  # as the index has it
    return _ids().where(column >= text, column < text + _AFTER_ALL_CHARACTERS)


def _by_name(text: str) -> Select[int, int]:
    part = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{part}%" if len(text) >= _SHORTEST_PART else f"{part}%"
    return _ids().where(func.lower(DeviceRegistration.device_name).like(pattern))


def _ids() -> Select[int, int]:
    return select(DeviceRegistration.license_id, DeviceRegistration.id)


def _first(query: Select[int, int] | CompoundSelect[int, int]) -> Select[int, int]:
    found = query.cte("found").prefix_with("MATERIALIZED")
    return select(found.c.license_id, found.c.id)
