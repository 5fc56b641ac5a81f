"""The list of devices."""

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.licensing.device_lists import DEVICES
from leasehold.licensing.device_queries import DeviceLine
from leasehold.licensing.lists import ListTime, read_list_time
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType
from leasehold.panel.devices.acts import DEVICE_ACTS
from leasehold.panel.devices.addresses import device_key
from leasehold.panel.lists.table import Code, Column, Filter, Link, Table
from leasehold.panel.lists.too_many import too_many_devices
from leasehold.panel.words import badge_for, choices_of


def device_address(line: DeviceLine) -> str:
    """The page of a device."""
    fingerprint = line.device.hardware_fingerprint
    return url_for("devices.show_device", license_key=line.whose.license_key, fingerprint=fingerprint)


def _running(line: DeviceLine) -> Link | bool:
    if line.live_token is None:
        return False
    return Link(str(_("runs")), url_for("sessions.show_session", session_token=line.live_token))


_COLUMNS: tuple[Column[DeviceLine], ...] = (
    Column("device_name", _("Name"), lambda line: Link(line.device.device_name, device_address(line)), order="name"),
    Column(
        "hardware_fingerprint",
        _("Fingerprint"),
        lambda line: Code(line.device.hardware_fingerprint, device_address(line)),
        shown=False,
    ),
    Column("type", _("Type"), lambda line: badge_for(DeviceType(line.device.device_type))),
    Column("status", _("Status"), lambda line: badge_for(DeviceStatus(line.device.status))),
    Column("session", _("Live session"), _running),
    Column(
        "license_key",
        _("License"),
        lambda line: Code(line.whose.license_key, url_for("licenses.show_license", license_key=line.whose.license_key)),
    ),
    Column(
        "customer",
        _("Customer"),
        lambda line: Link(line.whose.customer, url_for("customers.show_customer", customer_id=line.whose.customer_id)),
    ),
    Column("product", _("Product"), lambda line: line.whose.product),
    Column("operating_system", _("Operating system"), lambda line: line.device.operating_system, shown=False),
    Column("client_version", _("Version"), lambda line: line.device.client_version, shown=False),
    Column(
        "registered", _("First activated"), lambda line: line.device.first_activated_at, order="registered", shown=False
    ),
    Column("last_seen", _("Last seen"), lambda line: line.device.last_seen_at, order="last_seen"),
)

DEVICE_TABLE: Table[ListTime, DeviceLine] = Table(
    listing=DEVICES,
    title=_("Devices"),
    endpoint="devices.list_devices",
    context=read_list_time,
    row_key=lambda line: device_key(line.whose.license_key, line.device.hardware_fingerprint),
    columns=_COLUMNS,
    filters=(
        Filter("q", _("License key, fingerprint or name"), too_many=too_many_devices),
        Filter("type", _("Type"), choices=lambda: choices_of(DeviceType)),
        Filter("status", _("Status"), choices=lambda: choices_of(DeviceStatus)),
        Filter("seen_from", _("Last seen from"), kind="date"),
        Filter("seen_until", _("Last seen until"), kind="date"),
    ),
    acts=tuple(act.for_many for act in DEVICE_ACTS),
)
