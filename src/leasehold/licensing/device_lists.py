"""What the list of devices can be asked."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, tuple_

from leasehold.kit.listing import Listing, choice
from leasehold.licensing.device_queries import DeviceLine, device_line, devices_with_sessions
from leasehold.licensing.finding import devices_found_by, license_with_key
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.lists import ListTime, since, until
from leasehold.licensing.models import DeviceRegistration
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType


def _found_by(texts: Sequence[str], _time: ListTime) -> ColumnElement[bool]:
    """A license key as it is typed, a fingerprint or how it begins, or a part of the device's name."""
    text = " ".join(texts)
    key = parse_license_key(text)
    if key is not None:
        return DeviceRegistration.license_id == license_with_key(key).scalar_subquery()
    ids = tuple_(DeviceRegistration.license_id, DeviceRegistration.id)
    return ids.in_(devices_found_by(text, named=True))


DEVICES: Listing[ListTime, DeviceLine] = Listing(
    name="devices",
    query=lambda time: devices_with_sessions(time.service),
    read=lambda row, _time: device_line(row),
    key=(DeviceRegistration.id,),
    orders={
        "registered": None,
        "last_seen": DeviceRegistration.last_seen_at,
        "name": func.lower(DeviceRegistration.device_name),
    },
    default_order="-registered",
    conditions={
        "q": _found_by,
        "type": choice(DeviceRegistration.device_type, list(DeviceType)),
        "status": choice(DeviceRegistration.status, list(DeviceStatus)),
        "seen_from": since(DeviceRegistration.last_seen_at),
        "seen_until": until(DeviceRegistration.last_seen_at),
    },
)
