"""What the list of devices can be asked."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, DateTime, Select, and_, cast, func, literal, tuple_

from leasehold.kit.listing import Listing, Lookup, choice
from leasehold.kit.matching import MOST_LISTED
from leasehold.licensing.device_queries import DeviceLine, device_line, devices_with_sessions
from leasehold.licensing.finding import devices_found_by, license_with_key
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.lists import ListTime, since, until
from leasehold.licensing.models import DeviceRegistration
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType
from leasehold.settings.days import begin_of, end_of


def _found_by(texts: Sequence[str], _time: ListTime) -> ColumnElement[bool]:
    """A license key as it is typed, a fingerprint or how it begins, or a part of the device's name."""
    text = " ".join(texts)
    key = parse_license_key(text)
    if key is not None:
        return DeviceRegistration.license_id == license_with_key(key).scalar_subquery()
    ids = tuple_(DeviceRegistration.license_id, DeviceRegistration.id)
    return ids.in_(devices_found_by(text, MOST_LISTED))


def _devices(text: str, most: int) -> Select[int, int] | None:
    return None if parse_license_key(text) else devices_found_by(text, most)


def _seen_from(texts: Sequence[str], time: ListTime) -> ColumnElement[bool]:
    exactly = since(DeviceRegistration.last_seen_at)(texts, time)
    return and_(exactly, DeviceRegistration.last_seen_on >= _day(begin_of(texts[0], time.zone)))


def _seen_until(texts: Sequence[str], time: ListTime) -> ColumnElement[bool]:
    exactly = until(DeviceRegistration.last_seen_at)(texts, time)
    return and_(exactly, DeviceRegistration.last_seen_on <= _day(end_of(texts[0], time.zone)))


def _day(moment: datetime) -> ColumnElement[date]:
    """The day by which the index has it: the last sign of life itself moves too often to be in an index."""
    return cast(func.timezone("UTC", literal(moment, DateTime(timezone=True))), Date)


DEVICES: Listing[ListTime, DeviceLine] = Listing(
    name="devices",
    query=lambda time: devices_with_sessions(time.service),
    read=lambda row, _time: device_line(row),
    key=(DeviceRegistration.id,),
    orders={
        "registered": None,
        "last_seen": DeviceRegistration.last_seen_on,
        "name": func.lower(DeviceRegistration.device_name),
    },
    default_order="-registered",
    conditions={
        "q": _found_by,
        "type": choice(DeviceRegistration.device_type, list(DeviceType)),
        "status": choice(DeviceRegistration.status, list(DeviceStatus)),
        "seen_from": _seen_from,
        "seen_until": _seen_until,
    },
    lookups={"q": Lookup(_devices, MOST_LISTED)},
)
