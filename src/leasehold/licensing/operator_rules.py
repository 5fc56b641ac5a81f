"""The rules of what operators and the clock ask, pure like `rules.py`, which calls them."""

from collections.abc import Sequence
from dataclasses import replace

from leasehold.licensing.changes import Change, DeviceChanged, LicenseChanged, SessionEnded, SessionOverLimit
from leasehold.licensing.commands import (
    BlockDevice,
    ChangeLimits,
    Command,
    DeleteLicense,
    RenameDevice,
    ResumeLicense,
    SuspendLicense,
    UnblockDevice,
)
from leasehold.licensing.deciding import MOST_DEVICES, Decision, decided, ended_at, shut_out
from leasehold.licensing.state import Device, License, LicenseState, ServiceTime
from leasehold.licensing.vocabulary import Code, DeviceStatus, EndReason


def decide_for_operator(state: LicenseState, command: Command, time: ServiceTime) -> Decision:
    """What becomes of a command that only operators and the worker give; Sweep asks for nothing more."""
    license_ = state.license
    match command:
        case SuspendLicense() if not license_.suspended:
            return _stop_license(state, replace(license_, suspended=True), time, EndReason.LICENSE_SUSPENDED)
        case ResumeLicense() if license_.suspended:
            return decided(Code.DONE, state, time, (LicenseChanged(replace(license_, suspended=False)),))
        case DeleteLicense():
            return _stop_license(state, replace(license_, deleted=True), time, EndReason.LICENSE_DELETED)
        case ChangeLimits():
            return _change_limits(state, command, time)
        case BlockDevice() | UnblockDevice():
            return _block_or_unblock(state, command, time)
        case RenameDevice():
            return _rename_device(state, command, time)
        case _:
            return decided(Code.DONE, state, time)


def _stop_license(state: LicenseState, stopped: License, time: ServiceTime, reason: EndReason) -> Decision:
    ends = tuple(SessionEnded(ended_at(session, time.now, reason)) for session in state.sessions.values())
    return decided(Code.DONE, state, time, (LicenseChanged(stopped), *ends))


def _change_limits(state: LicenseState, command: ChangeLimits, time: ServiceTime) -> Decision:
    devices = state.license.device_limit if command.device_limit is None else command.device_limit
    sessions = command.concurrent_sessions_limit
    sessions = state.license.concurrent_sessions_limit if sessions is None else sessions
    if not 1 <= sessions <= devices <= MOST_DEVICES:
        return decided(Code.LIMITS_INVALID, state, time)
    active = state.active_devices()
    if len(active) > devices:
        return decided(Code.DEVICE_LIMIT_BELOW_ACTIVE, state, time, active_devices=tuple(active))
    over = tuple(
        SessionOverLimit(replace(session, over_limit=True))
        for session in state.sessions.values()
        if session.slot > sessions
    )
    changed = replace(state.license, device_limit=devices, concurrent_sessions_limit=sessions)
    return decided(Code.DONE, state, time, (*_moved_below(active, devices), *over, LicenseChanged(changed)))


def _block_or_unblock(state: LicenseState, command: BlockDevice | UnblockDevice, time: ServiceTime) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    if device is None:
        return decided(Code.DEVICE_NOT_REGISTERED, state, time)
    if isinstance(command, BlockDevice):
        return shut_out(state, device, time, DeviceStatus.BLOCKED)
    if device.status is not DeviceStatus.BLOCKED:
        return decided(Code.DONE, state, time, device=device)
    unblocked = replace(device, status=DeviceStatus.INACTIVE)
    return decided(Code.DONE, state, time, (DeviceChanged(unblocked),), device=unblocked)


def _rename_device(state: LicenseState, command: RenameDevice, time: ServiceTime) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    if device is None:
        return decided(Code.DEVICE_NOT_REGISTERED, state, time)
    renamed = replace(device, device_name=command.device_name)
    changes = () if renamed == device else (DeviceChanged(renamed),)
    return decided(Code.DONE, state, time, changes, device=renamed)


def _moved_below(active: Sequence[Device], limit: int) -> list[Change]:
    taken = {device.slot for device in active}
    free = iter(slot for slot in range(1, limit + 1) if slot not in taken)
    return [DeviceChanged(replace(device, slot=next(free))) for device in active if (device.slot or 0) > limit]
