"""The rules of licensing, pure: a state, a command and a moment go in; an outcome and the changes come out.

No input or output, no clock, no chance: ids and tokens that a decision may need are handed in. "Limit reached" is an
outcome, not an exception. The state holds live sessions only: whoever calls has moved the dead ones away first, with
`death_of` as the one definition of dead.
"""

import math
from dataclasses import replace
from datetime import datetime

from leasehold.licensing.changes import (
    DeviceChanged,
    DeviceRegistered,
    SessionBeat,
    SessionEnded,
    SessionStarted,
)
from leasehold.licensing.commands import (
    Activate,
    ByToken,
    Command,
    Deactivate,
    EndSession,
    Heartbeat,
    StartSession,
    Validate,
)
from leasehold.licensing.deciding import Decision, Fresh, decided, ended_at, lowest_free, shut_out
from leasehold.licensing.operator_rules import decide_for_operator
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.state import Device, EndedSession, License, LicenseState, ServiceTime, Session
from leasehold.licensing.vocabulary import Code, DeviceStatus, EndReason, LicenseStatus

_STATUS_REFUSALS = {
    LicenseStatus.SUSPENDED: Code.LICENSE_SUSPENDED,
    LicenseStatus.NOT_YET_VALID: Code.LICENSE_NOT_YET_VALID,
    LicenseStatus.EXPIRED: Code.LICENSE_EXPIRED,
}
_DEVICE_REFUSALS = {
    DeviceStatus.BLOCKED: Code.DEVICE_BLOCKED,
    DeviceStatus.INACTIVE: Code.DEVICE_INACTIVE,
}


def death_of(session: Session, license_: License, time: ServiceTime) -> EndedSession | None:
    """How `session` has ended by `time`, of silence or with its license, whichever came first; None while it lives."""
    silent_from = time.silent_from(session.last_heartbeat_at)
    expired_from = license_.valid_until
    if expired_from is not None and expired_from <= min(time.now, silent_from):
        return ended_at(session, max(expired_from, session.started_at), EndReason.LICENSE_EXPIRED)
    if silent_from <= time.now:
        return ended_at(session, silent_from, EndReason.TIMEOUT)
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
            return decide_for_operator(state, command, time)


# What clients ask ------------------------------------------------------------------------------------------------


def _validate(state: LicenseState, command: Validate, time: ServiceTime) -> Decision:
    code = _license_refusal(state.license, command.product, time.now)
    device = state.devices.get(command.hardware_fingerprint or "")
    if code is None and command.hardware_fingerprint is not None:
        code = _device_refusal(device)
    return decided(code or Code.VALID, state, time, device=device)


def _activate(state: LicenseState, command: Activate, time: ServiceTime, fresh: Fresh) -> Decision:
    refusal = _license_refusal(state.license, command.product, time.now)
    known = state.devices.get(command.hardware_fingerprint)
    if refusal is None and known is not None and known.status is DeviceStatus.BLOCKED:
        refusal = Code.DEVICE_BLOCKED
    if refusal is not None:
        return decided(refusal, state, time, device=known)
    if known is not None and known.status is DeviceStatus.ACTIVE:
        device = _described(known, command, time.now)
        changes = () if replace(device, last_seen_at=known.last_seen_at) == known else (DeviceChanged(device),)
        return decided(Code.ALREADY_ACTIVE, state, time, changes, device=device)
    active = state.active_devices()
    if len(active) >= state.license.device_limit:
        return decided(Code.DEVICE_LIMIT_REACHED, state, time, device=known)
    slot = lowest_free(device.slot for device in active)
    if known is not None:
        device = replace(_described(known, command, time.now), status=DeviceStatus.ACTIVE, slot=slot)
        return decided(Code.REACTIVATED, state, time, (DeviceChanged(device),), device=device)
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
    return decided(Code.ACTIVATED, state, time, (DeviceRegistered(device),), device=device)


def _start_session(state: LicenseState, command: StartSession, time: ServiceTime, fresh: Fresh) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    refusal = _license_refusal(state.license, command.product, time.now) or _device_refusal(device)
    if refusal is not None or device is None:
        return decided(refusal or Code.DEVICE_NOT_REGISTERED, state, time, device=device)
    held = state.sessions.get(device.id)
    if held is not None:
        beaten = replace(held, last_heartbeat_at=max(held.last_heartbeat_at, time.now))
        beat = SessionBeat(held, time.now)
        return decided(Code.RESUMED, state, time, (beat,), device=device, session=beaten)
    live = state.sessions.values()
    if len(live) >= state.license.concurrent_sessions_limit:
        first_free = min(time.silent_from(session.last_heartbeat_at) for session in live)
        retry_after = max(1, math.ceil((first_free - time.now).total_seconds()))
        return decided(Code.SESSION_LIMIT_REACHED, state, time, device=device, retry_after=retry_after)
    session = Session(
        id=fresh.session_id,
        session_token=fresh.session_token,
        device_id=device.id,
        slot=lowest_free(session.slot for session in live),
        over_limit=False,
        client_version=command.client_version,
        started_at=time.now,
        last_heartbeat_at=time.now,
    )
    return decided(Code.STARTED, state, time, (SessionStarted(session),), device=device, session=session)


def _deactivate(state: LicenseState, command: Deactivate, time: ServiceTime) -> Decision:
    device = state.devices.get(command.hardware_fingerprint)
    if device is None:
        return decided(Code.DEVICE_NOT_REGISTERED, state, time)
    if device.status is not DeviceStatus.ACTIVE:
        return decided(Code.DEACTIVATED, state, time, device=device)
    return shut_out(state, device, time, DeviceStatus.INACTIVE)


def _decide_by_token(state: LicenseState, command: ByToken, time: ServiceTime) -> Decision:
    if isinstance(command, Heartbeat) and command.license_key not in {None, state.license.license_key}:
        return Decision(Outcome(Code.SESSION_NOT_FOUND, time))
    session = state.session_by_token(command.session_token)
    if session is None:
        return _decide_without_session(state, command, time)
    device = next((device for device in state.devices.values() if device.id == session.device_id), None)
    if isinstance(command, EndSession):
        ended = ended_at(session, time.now, command.reason)
        return decided(Code.ENDED, state, time, (SessionEnded(ended),), device=device, ended=ended)
    beat = SessionBeat(session, time.now)
    beaten = replace(session, last_heartbeat_at=max(session.last_heartbeat_at, time.now))
    return decided(Code.LIVE, state, time, (beat,), device=device, session=beaten)


def _decide_without_session(state: LicenseState, command: ByToken, time: ServiceTime) -> Decision:
    ended = state.ended.get(command.session_token)
    if ended is None:
        return Decision(Outcome(Code.SESSION_NOT_FOUND, time))
    code = Code.ENDED if isinstance(command, EndSession) else Code.SESSION_ENDED
    return decided(code, state, time, ended=ended)


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
