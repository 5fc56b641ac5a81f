"""The rules of licensing, pure: a state, a command and a moment go in; an outcome and the changes come out.

No input or output, no clock, no chance: ids and tokens that a decision may need are handed in. "Limit reached" is an
outcome, not an exception. The state holds live sessions only: whoever calls has moved the dead ones away first, with
`death_of` as the one definition of dead.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from leasehold.licensing.changes import (
    Change,
    DeviceChanged,
    DeviceRegistered,
    LicenseChanged,
    SessionBeat,
    SessionEnded,
    SessionOverLimit,
    SessionStarted,
)
from leasehold.licensing.commands import (
    Activate,
    BlockDevice,
    ByToken,
    ChangeLimits,
    Command,
    Deactivate,
    DeleteLicense,
    EndSession,
    Heartbeat,
    ResumeLicense,
    StartSession,
    SuspendLicense,
    UnblockDevice,
    Validate,
)
from leasehold.licensing.outcomes import LicenseView, Outcome
from leasehold.licensing.state import Device, EndedSession, License, LicenseState, ServiceTime, Session
from leasehold.licensing.vocabulary import Code, DeviceStatus, EndReason, LicenseStatus

MOST_DEVICES = 10

_STATUS_REFUSALS = {
    LicenseStatus.SUSPENDED: Code.LICENSE_SUSPENDED,
    LicenseStatus.NOT_YET_VALID: Code.LICENSE_NOT_YET_VALID,
    LicenseStatus.EXPIRED: Code.LICENSE_EXPIRED,
}
_DEVICE_REFUSALS = {
    DeviceStatus.BLOCKED: Code.DEVICE_BLOCKED,
    DeviceStatus.INACTIVE: Code.DEVICE_INACTIVE,
}


@dataclass(frozen=True, slots=True)
class Fresh:
    """Ids that nothing has yet, for a device or a session that the decision may bring into being."""

    device_id: int
    session_id: int
    session_token: UUID


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome, and what must be written for it to be true."""

    outcome: Outcome
    changes: tuple[Change, ...] = ()


def death_of(session: Session, license_: License, time: ServiceTime) -> EndedSession | None:
    """How `session` has ended by `time`, of silence or with its license, whichever came first; None while it lives."""
    silent_from = time.silent_from(session.last_heartbeat_at)
    expired_from = license_.valid_until
    if expired_from is not None and expired_from <= min(time.now, silent_from):
        return _ended(session, max(expired_from, session.started_at), EndReason.LICENSE_EXPIRED)
    if silent_from <= time.now:
        return _ended(session, silent_from, EndReason.TIMEOUT)
    return None


def decide(state: LicenseState, command: Command, time: ServiceTime, fresh: Fresh) -> Decision:
    """What becomes of `command`; `state` is not changed (see `apply`)."""
    match command:
        case Heartbeat() | EndSession():
            return _decide_by_token(state, command, time)
        case _ if state.license.deleted:
            return Decision(Outcome(Code.LICENSE_NOT_FOUND, time))
        case Validate():
            return _validate(state, command, time)
        case Activate():
            return _activate(state, command, time, fresh)
        case StartSession():
            return _start_session(state, command, time, fresh)
        case Deactivate():
            return _deactivate(state, command, time)
        case _:
            return _decide_for_operator(state, command, time)


def apply(state: LicenseState, changes: Iterable[Change]) -> None:
    """Make `state` what the changes say, so that the next command is decided against it."""
    for change in changes:
        match change:
            case SessionBeat(session=session, at=at):
                state.sessions[session.device_id] = replace(
                    session, last_heartbeat_at=max(session.last_heartbeat_at, at)
                )
            case SessionStarted(session=session) | SessionOverLimit(session=session):
                state.sessions[session.device_id] = session
            case SessionEnded(ended=ended):
                del state.sessions[ended.device_id]
                state.ended[ended.session_token] = ended
            case DeviceRegistered(device=device) | DeviceChanged(device=device):
                state.devices[device.hardware_fingerprint] = device
            case LicenseChanged(license=license_):
                state.license = license_


# What clients ask ------------------------------------------------------------------------------------------------


def _validate(state: LicenseState, command: Validate, time: ServiceTime) -> Decision:
    code = _license_refusal(state.license, command.product, time.now)
    device = state.devices.get(command.hardware_fingerprint or "")
    if code is None and command.hardware_fingerprint is not None:
        code = _device_refusal(device)
    return _decision(code or Code.VALID, state, time, device=device)


def _activate(state: LicenseState, command: Activate, time: ServiceTime, fresh: Fresh) -> Decision:
    refusal = _license_refusal(state.license, command.product, time.now)
    known = state.devices.get(command.hardware_fingerprint)
    if refusal is None and known is not None and known.status is DeviceStatus.BLOCKED:
        refusal = Code.DEVICE_BLOCKED
    if refusal is not None:
        return _decision(refusal, state, time, device=known)
    if known is not None and known.status is DeviceStatus.ACTIVE:
        device = _described(known, command, time.now)
        changes = () if replace(device, last_seen_at=known.last_seen_at) == known else (DeviceChanged(device),)
        return _decision(Code.ALREADY_ACTIVE, state, time, changes, device=device)
    active = state.active_devices()
    if len(active) >= state.license.device_limit:
        return _decision(Code.DEVICE_LIMIT_REACHED, state, time, device=known)
    slot = _lowest_free(device.slot for device in active)
    if known is not None:
        device = replace(_described(known, command, time.now), status=DeviceStatus.ACTIVE, slot=slot)
        return _decision(Code.REACTIVATED, state, time, (DeviceChanged(device),), device=device)
    device = Device(
        id=fresh.device_id,
        hardware_fingerprint=command.hardware_fingerprint,
        device_name=command.device_name,
        device_type=command.device_type,
        operating_system=command.operating_system,
        client_version=command.client_version,
        status=DeviceStatus.ACTIVE,
        slot=slot,
        first_activated_at=time.now,
        last_seen_at=time.now,
    )
    return _decision(Code.ACTIVATED, state, time, (DeviceRegistered(device),), device=device)


def _start_session(state: LicenseState, command: StartSession, time: ServiceTime, fresh: Fresh) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    refusal = _license_refusal(state.license, command.product, time.now) or _device_refusal(device)
    if refusal is not None or device is None:
        return _decision(refusal or Code.DEVICE_NOT_REGISTERED, state, time, device=device)
    held = state.sessions.get(device.id)
    if held is not None:
        beaten = replace(held, last_heartbeat_at=max(held.last_heartbeat_at, time.now))
        beat = SessionBeat(held, time.now)
        return _decision(Code.RESUMED, state, time, (beat,), device=device, session=beaten)
    live = state.sessions.values()
    if len(live) >= state.license.concurrent_sessions_limit:
        first_free = min(time.silent_from(session.last_heartbeat_at) for session in live)
        retry_after = max(1, math.ceil((first_free - time.now).total_seconds()))
        return _decision(Code.SESSION_LIMIT_REACHED, state, time, device=device, retry_after=retry_after)
    session = Session(
        id=fresh.session_id,
        session_token=fresh.session_token,
        device_id=device.id,
        slot=_lowest_free(session.slot for session in live),
        over_limit=False,
        client_version=command.client_version,
        started_at=time.now,
        last_heartbeat_at=time.now,
    )
    return _decision(Code.STARTED, state, time, (SessionStarted(session),), device=device, session=session)


def _deactivate(state: LicenseState, command: Deactivate, time: ServiceTime) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    if device is None:
        return _decision(Code.DEVICE_NOT_REGISTERED, state, time)
    if device.status is not DeviceStatus.ACTIVE:
        return _decision(Code.DEACTIVATED, state, time, device=device)
    return _shut_out(state, device, time, DeviceStatus.INACTIVE)


def _decide_by_token(state: LicenseState, command: ByToken, time: ServiceTime) -> Decision:
    if isinstance(command, Heartbeat) and command.license_key not in {None, state.license.license_key}:
        return Decision(Outcome(Code.SESSION_NOT_FOUND, time))
    session = state.session_by_token(command.session_token)
    if session is None:
        return _decide_without_session(state, command, time)
    device = next((device for device in state.devices.values() if device.id == session.device_id), None)
    if isinstance(command, EndSession):
        ended = _ended(session, time.now, command.reason)
        return _decision(Code.ENDED, state, time, (SessionEnded(ended),), device=device, ended=ended)
    beat = SessionBeat(session, time.now)
    beaten = replace(session, last_heartbeat_at=max(session.last_heartbeat_at, time.now))
    return _decision(Code.LIVE, state, time, (beat,), device=device, session=beaten)


def _decide_without_session(state: LicenseState, command: ByToken, time: ServiceTime) -> Decision:
    ended = state.ended.get(command.session_token)
    if ended is None:
        return Decision(Outcome(Code.SESSION_NOT_FOUND, time))
    code = Code.ENDED if isinstance(command, EndSession) else Code.SESSION_ENDED
    return _decision(code, state, time, ended=ended)


# What operators and the clock ask --------------------------------------------------------------------------------


def _decide_for_operator(state: LicenseState, command: Command, time: ServiceTime) -> Decision:
    license_ = state.license
    match command:
        case SuspendLicense() if not license_.suspended:
            return _stop_license(state, replace(license_, suspended=True), time, EndReason.LICENSE_SUSPENDED)
        case ResumeLicense() if license_.suspended:
            return _decision(Code.DONE, state, time, (LicenseChanged(replace(license_, suspended=False)),))
        case DeleteLicense():
            return _stop_license(state, replace(license_, deleted=True), time, EndReason.LICENSE_DELETED)
        case ChangeLimits():
            return _change_limits(state, command, time)
        case BlockDevice() | UnblockDevice():
            return _block_or_unblock(state, command, time)
        case _:
            return _decision(Code.DONE, state, time)


def _stop_license(state: LicenseState, stopped: License, time: ServiceTime, reason: EndReason) -> Decision:
    ends = tuple(SessionEnded(_ended(session, time.now, reason)) for session in state.sessions.values())
    return _decision(Code.DONE, state, time, (LicenseChanged(stopped), *ends))


def _change_limits(state: LicenseState, command: ChangeLimits, time: ServiceTime) -> Decision:
    devices = state.license.device_limit if command.device_limit is None else command.device_limit
    sessions = command.concurrent_sessions_limit
    sessions = state.license.concurrent_sessions_limit if sessions is None else sessions
    if not 1 <= sessions <= devices <= MOST_DEVICES:
        return _decision(Code.LIMITS_INVALID, state, time)
    active = state.active_devices()
    if len(active) > devices:
        return _decision(Code.DEVICE_LIMIT_BELOW_ACTIVE, state, time, active_devices=tuple(active))
    over = tuple(
        SessionOverLimit(replace(session, over_limit=True))
        for session in state.sessions.values()
        if session.slot > sessions
    )
    changed = replace(state.license, device_limit=devices, concurrent_sessions_limit=sessions)
    return _decision(Code.DONE, state, time, (*_moved_below(active, devices), *over, LicenseChanged(changed)))


def _block_or_unblock(state: LicenseState, command: BlockDevice | UnblockDevice, time: ServiceTime) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    if device is None:
        return _decision(Code.DEVICE_NOT_REGISTERED, state, time)
    if isinstance(command, BlockDevice):
        return _shut_out(state, device, time, DeviceStatus.BLOCKED)
    if device.status is not DeviceStatus.BLOCKED:
        return _decision(Code.DONE, state, time, device=device)
    unblocked = replace(device, status=DeviceStatus.INACTIVE)
    return _decision(Code.DONE, state, time, (DeviceChanged(unblocked),), device=unblocked)


# What they have in common ----------------------------------------------------------------------------------------


def _license_refusal(license_: License, product: str | None, now: datetime) -> Code | None:
    refusal = _STATUS_REFUSALS.get(license_.status_at(now))
    if refusal is None and product is not None and product != license_.product:
        return Code.PRODUCT_MISMATCH
    return refusal


def _device_refusal(device: Device | None) -> Code | None:
    if device is None:
        return Code.DEVICE_NOT_REGISTERED
    return _DEVICE_REFUSALS.get(device.status)


def _described(device: Device, command: Activate, now: datetime) -> Device:
    return replace(
        device,
        device_name=command.device_name,
        device_type=command.device_type,
        operating_system=command.operating_system,
        client_version=command.client_version,
        last_seen_at=max(device.last_seen_at, now),
    )


def _shut_out(state: LicenseState, device: Device, time: ServiceTime, status: DeviceStatus) -> Decision:
    blocked = status is DeviceStatus.BLOCKED
    shut_out = replace(device, status=status, slot=None)
    changes: list[Change] = [] if shut_out == device else [DeviceChanged(shut_out)]
    session = state.sessions.get(device.id)
    if session is not None:
        reason = EndReason.DEVICE_BLOCKED if blocked else EndReason.DEVICE_DEACTIVATED
        changes.append(SessionEnded(_ended(session, time.now, reason)))
    code = Code.DONE if blocked else Code.DEACTIVATED
    return _decision(code, state, time, tuple(changes), device=shut_out)


def _moved_below(active: Sequence[Device], limit: int) -> list[Change]:
    taken = {device.slot for device in active}
    free = iter(slot for slot in range(1, limit + 1) if slot not in taken)
    return [DeviceChanged(replace(device, slot=next(free))) for device in active if (device.slot or 0) > limit]


def _lowest_free(taken: Iterable[int | None]) -> int:
    occupied = set(taken)
    return next(slot for slot in range(1, MOST_DEVICES + 1) if slot not in occupied)


def _ended(session: Session, at: datetime, reason: EndReason) -> EndedSession:
    return EndedSession(
        id=session.id,
        session_token=session.session_token,
        device_id=session.device_id,
        client_version=session.client_version,
        started_at=session.started_at,
        last_heartbeat_at=session.last_heartbeat_at,
        ended_at=at,
        end_reason=reason,
    )


def _decision(
    code: Code,
    state: LicenseState,
    time: ServiceTime,
    changes: tuple[Change, ...] = (),
    *,
    device: Device | None = None,
    session: Session | None = None,
    ended: EndedSession | None = None,
    retry_after: int | None = None,
    active_devices: tuple[Device, ...] = (),
) -> Decision:
    """The decision with a view of the license as the changes leave it."""
    return Decision(
        Outcome(
            code=code,
            time=time,
            license=_view(state, changes, time.now),
            device=device,
            session=session,
            ended=ended,
            retry_after=retry_after,
            active_devices=active_devices,
        ),
        changes,
    )


def _view(state: LicenseState, changes: tuple[Change, ...], now: datetime) -> LicenseView:
    after = state
    if changes:
        after = LicenseState(state.license, dict(state.devices), dict(state.sessions), {})
        apply(after, changes)
    devices_active = sum(device.status is DeviceStatus.ACTIVE for device in after.devices.values())
    return LicenseView(after.license, after.license.status_at(now), devices_active, len(after.sessions))
