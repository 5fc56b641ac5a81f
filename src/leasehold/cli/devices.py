"""`leasehold device …`."""

from typing import Annotated

import typer

from leasehold.cli.arguments import LicenseKeyOption, OptionalLicenseKey, ReasonOption, license_key_from
from leasehold.cli.call import Call
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.licensing.commands import BlockDevice, Deactivate, UnblockDevice
from leasehold.licensing.device_service import change_device
from leasehold.licensing.models import DeviceRegistration
from leasehold.licensing.queries import list_devices
from leasehold.licensing.service import find_license
from leasehold.licensing.state import Device

app = new_group()
_COLUMNS = ("license_key", "hardware_fingerprint", "device_name", "device_type", "status", "last_seen_at")

FingerprintArgument = Annotated[
    str, typer.Argument(metavar="FINGERPRINT", help="The device's hardware fingerprint.", show_default=False)
]


@verb(app, "list")
def list_(call: Call, license_key: OptionalLicenseKey = None) -> None:
    """List registered devices."""
    key = None if license_key is None else license_key_from(license_key)
    with transaction(call) as session:
        license_id = None if key is None else find_license(session, key).id
        devices = all_rows(
            lambda after: list_devices(session, license_id=license_id, after=after),
            (0, 0),
            lambda row: (row[0].license_id, row[0].id),
        )
        call.show_list((_fields(device, of) for device, of in devices), _COLUMNS)


@verb(app, "block")
def block(
    call: Call, fingerprint: FingerprintArgument, license_key: LicenseKeyOption, reason: ReasonOption = None
) -> None:
    """Shut a device out until it is unblocked; its running session ends."""
    _change(call, BlockDevice(license_key_from(license_key), fingerprint), reason)


@verb(app, "unblock")
def unblock(
    call: Call, fingerprint: FingerprintArgument, license_key: LicenseKeyOption, reason: ReasonOption = None
) -> None:
    """Let a blocked device activate again; it stays inactive until it does."""
    _change(call, UnblockDevice(license_key_from(license_key), fingerprint), reason)


@verb(app, "deactivate")
def deactivate(
    call: Call, fingerprint: FingerprintArgument, license_key: LicenseKeyOption, reason: ReasonOption = None
) -> None:
    """Give a device's place back; its running session ends, and it may activate again."""
    _change(call, Deactivate(license_key_from(license_key), fingerprint), reason)


def _change(call: Call, command: BlockDevice | UnblockDevice | Deactivate, reason: str | None) -> None:
    with transaction(call) as session:
        device = change_device(session, command, reason=reason, actor=call.actor)
    call.show(_fields(device, command.license_key))


def _fields(device: Device | DeviceRegistration, license_key: str) -> Fields:
    return {
        "hardware_fingerprint": device.hardware_fingerprint,
        "device_name": device.device_name,
        "device_type": str(device.device_type),
        "operating_system": device.operating_system,
        "client_version": device.client_version,
        "status": str(device.status),
        "first_activated_at": rfc3339(device.first_activated_at),
        "last_seen_at": rfc3339(device.last_seen_at),
        "id": device.id,
        "license_key": license_key,
    }
