"""What all decisions have in common: what they are made of, and how their changes alter the state. Pure."""

from collections.abc import Iterable
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
from leasehold.licensing.outcomes import LicenseView, Outcome
from leasehold.licensing.state import Device, EndedSession, LicenseState, ServiceTime, Session
from leasehold.licensing.vocabulary import Code, DeviceStatus, EndReason

MOST_DEVICES = 10


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


def decided(
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


def shut_out(state: LicenseState, device: Device, time: ServiceTime, status: DeviceStatus) -> Decision:
    """Take a device's place away (`status` inactive or blocked); its live session ends."""
    blocked = status is DeviceStatus.BLOCKED
    shut_out = replace(device, status=status, slot=None)
    changes: list[Change] = [] if shut_out == device else [DeviceChanged(shut_out)]
    session = state.sessions.get(device.id)
    if session is not None:
        reason = EndReason.DEVICE_BLOCKED if blocked else EndReason.DEVICE_DEACTIVATED
        changes.append(SessionEnded(ended_at(session, time.now, reason)))
    code = Code.DONE if blocked else Code.DEACTIVATED
    return decided(code, state, time, tuple(changes), device=shut_out)


def lowest_free(taken: Iterable[int | None]) -> int:
    """The first slot that nobody holds."""
    occupied = set(taken)
    return next(slot for slot in range(1, MOST_DEVICES + 1) if slot not in occupied)


def ended_at(session: Session, at: datetime, reason: EndReason) -> EndedSession:
    """The session as the history will have it."""
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


def _view(state: LicenseState, changes: tuple[Change, ...], now: datetime) -> LicenseView:
    after = state
    if changes:
        after = LicenseState(state.license, dict(state.devices), dict(state.sessions), {})
        apply(after, changes)
    devices_active = sum(device.status is DeviceStatus.ACTIVE for device in after.devices.values())
    return LicenseView(after.license, after.license.status_at(now), devices_active, len(after.sessions))
