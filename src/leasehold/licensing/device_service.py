"""What an operator does to devices and sessions, each with the reason that the audit log keeps."""

from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.kit.actor import Actor
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.text import clean_text
from leasehold.licensing.commands import BlockDevice, Deactivate, RenameDevice, UnblockDevice
from leasehold.licensing.device_queries import find_device
from leasehold.licensing.service import carry_out, find_license
from leasehold.licensing.state import Device
from leasehold.licensing.vocabulary import Code, DeviceStatus

LONGEST_DEVICE_NAME = 120
LONGEST_REASON = 500

_ACTION_OF = {BlockDevice: "block", UnblockDevice: "unblock", Deactivate: "deactivate"}


class DeviceRenamedMeanwhile(DomainError):
    """Somebody has called the device otherwise since its name was read; `theirs` is what it is called now."""

    def __init__(self, theirs: str) -> None:
        detail = (
            "Somebody has renamed the device since you opened this page: compare the names, then save yours or theirs."
        )
        super().__init__(Kind.CONFLICT, "device_renamed_meanwhile", detail)
        self.theirs = theirs


def clean_reason(reason: str) -> str:
    """The reason in one line. Raises `DomainError` `text_invalid`."""
    return clean_text(" ".join(reason.split()), what="The reason", longest=LONGEST_REASON)


def rename_device(
    session: Session, license_key: str, hardware_fingerprint: str, name: str, *, was: str, actor: Actor
) -> None:
    """Call a device `name`, provided that it is still called `was`.

    Raises `DeviceRenamedMeanwhile`, `DomainError` `text_invalid`, `license_not_found`, `device_not_registered`.
    """
    cleaned = clean_text(name, what="The device's name", longest=LONGEST_DEVICE_NAME)
    find_license(session, license_key, lock=True)
    now_called = find_device(session, license_key, hardware_fingerprint).device_name
    if now_called not in {was, cleaned}:
        raise DeviceRenamedMeanwhile(now_called)
    carry_out(session, RenameDevice(license_key, hardware_fingerprint, cleaned), actor=actor)


def change_device(
    session: Session, command: BlockDevice | UnblockDevice | Deactivate, *, reason: str | None, actor: Actor
) -> Device:
    """Block, unblock or deactivate a device, and record it with the reason; where it is so already, nothing happens.

    Raises `DomainError` `text_invalid`, `license_not_found`, `device_not_registered`, `device_blocked`.
    """
    why = {} if reason is None else {"reason": clean_reason(reason)}
    find_license(session, command.license_key, lock=True)
    before = find_device(session, command.license_key, command.hardware_fingerprint).status
    if isinstance(command, Deactivate) and before == DeviceStatus.BLOCKED:
        detail = "The device is blocked, which is more than inactive: unblock it instead."
        raise DomainError(Kind.CONFLICT, Code.DEVICE_BLOCKED.value, detail)
    device = carry_out(session, command, actor=actor).device
    if device is None:
        raise LookupError(command)
    if device.status != before:
        details = {"license_key": command.license_key, **why}
        action = _ACTION_OF[type(command)]
        record_event(session, action, table="device_registrations", row_id=str(device.id), details=details)
    return device
