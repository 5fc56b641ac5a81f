"""What the list of devices can be asked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, and_, func, tuple_

from leasehold.kit.listing import Listing, choice
from leasehold.licensing.device_queries import DeviceLine, device_line, devices_with_sessions
from leasehold.licensing.finding import devices_found_by, license_with_key
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.lists import ListTime, single_text
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
    return ids.in_(devices_found_by(text, named=True))


def _seen_from(texts: Sequence[str], time: ListTime) -> ColumnElement[bool]:
    """From the beginning of the day on; the day in UTC is what the index has."""
    begins = begin_of(single_text(texts), time.zone)
    return and_(DeviceRegistration.last_seen_at >= begins, DeviceRegistration.last_seen_on >= _day_of(begins))


def _seen_until(texts: Sequence[str], time: ListTime) -> ColumnElement[bool]:
    """Up to the end of the day."""
    ends = end_of(single_text(texts), time.zone)
    return and_(DeviceRegistration.last_seen_at < ends, DeviceRegistration.last_seen_on <= _day_of(ends))


def _day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


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
)
