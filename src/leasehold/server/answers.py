"""What the server answers: the shape of every body, said once, for encoding and for the OpenAPI document."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from leasehold.licensing.outcomes import LicenseView, Outcome
from leasehold.licensing.state import Device, EndedSession, FeatureValue, Session
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType, EndReason, LicenseStatus, LicenseType
from leasehold.server.problems import PROBLEMS
from leasehold.server.resources import Resources

Proof = Annotated[str, Meta(description="A compact JWS over this answer; only where the request carries a nonce.")]


class LicenseAnswer(Struct, frozen=True):
    """A license and what is taken of it."""

    license_key: str
    product: str
    type: LicenseType
    status: LicenseStatus
    valid_from: datetime
    valid_until: datetime | None
    device_limit: int
    devices_active: int
    concurrent_sessions_limit: int
    sessions_live: int
    features: dict[str, FeatureValue]
    resources: Resources | UnsetType = UNSET


class DeviceAnswer(Struct, frozen=True):
    """A device registered under a license."""

    hardware_fingerprint: str
    device_name: str
    device_type: DeviceType
    operating_system: str | None
    status: DeviceStatus
    first_activated_at: datetime
    last_seen_at: datetime


class ValidateAnswer(Struct, frozen=True):
    """Whether the license may run, and if not, why."""

    valid: bool
    code: str
    detail: str
    license: LicenseAnswer | None
    device: DeviceAnswer | None
    server_time: datetime
    proof: Proof | UnsetType = UNSET


class ActivateAnswer(Struct, frozen=True):
    """The device as it is registered now."""

    device: DeviceAnswer
    license: LicenseAnswer
    proof: Proof | UnsetType = UNSET


class DeactivateAnswer(Struct, frozen=True):
    """The device, which has no place any more."""

    device: DeviceAnswer


class CheckoutAnswer(Struct, frozen=True):
    """A license to be taken offline: a compact JWS of type leasehold-license+jwt."""

    license_file: str
    expires_at: datetime


class StartAnswer(Struct, frozen=True):
    """A live session; intervals are in seconds."""

    session_token: UUID
    resumed: bool
    started_at: datetime
    last_heartbeat_at: datetime
    expires_at: datetime
    heartbeat_interval: int
    session_timeout: int
    server_time: datetime
    license: LicenseAnswer
    proof: Proof | UnsetType = UNSET


class LicenseInHeartbeat(Struct, frozen=True):
    """What a heartbeat needs to say of the license."""

    status: LicenseStatus
    valid_until: datetime | None


class HeartbeatAnswer(Struct, frozen=True):
    """The session lives; send the next heartbeat in `next_heartbeat_in` seconds."""

    status: str
    server_time: datetime
    expires_at: datetime
    next_heartbeat_in: int
    license: LicenseInHeartbeat
    proof: Proof | UnsetType = UNSET


class EndAnswer(Struct, frozen=True):
    """How the session ended, and how long it lasted, in seconds."""

    ended_at: datetime
    end_reason: EndReason
    duration: int


def license_answer(view: LicenseView, resources: Resources | UnsetType = UNSET) -> LicenseAnswer:
    """The license as clients see it."""
    known = view.license
    return LicenseAnswer(
        license_key=known.license_key,
        product=known.product,
        type=known.type,
        status=view.status,
        valid_from=utc(known.valid_from),
        valid_until=utc_or_none(known.valid_until),
        device_limit=known.device_limit,
        devices_active=view.devices_active,
        concurrent_sessions_limit=known.concurrent_sessions_limit,
        sessions_live=view.sessions_live,
        features=dict(known.features),
        resources=resources,
    )


def device_answer(device: Device) -> DeviceAnswer:
    """The device as clients see it."""
    return DeviceAnswer(
        hardware_fingerprint=device.hardware_fingerprint,
        device_name=device.device_name,
        device_type=device.device_type,
        operating_system=device.operating_system,
        status=device.status,
        first_activated_at=utc(device.first_activated_at),
        last_seen_at=utc(device.last_seen_at),
    )


def validate_answer(outcome: Outcome, resources: Resources | UnsetType, proof: str | UnsetType) -> ValidateAnswer:
    """Whatever became of the question: this is never an error."""
    return ValidateAnswer(
        valid=outcome.granted,
        code=outcome.code.value,
        detail="The license is valid." if outcome.granted else PROBLEMS[outcome.code].detail,
        license=None if outcome.license is None else license_answer(outcome.license, resources),
        device=None if outcome.device is None else device_answer(outcome.device),
        server_time=utc(outcome.time.now),
        proof=proof,
    )


def start_answer(
    outcome: Outcome, session: Session, view: LicenseView, resumed: bool, proof: str | UnsetType
) -> StartAnswer:
    """A session that was started, or resumed."""
    return StartAnswer(
        session_token=session.session_token,
        resumed=resumed,
        started_at=utc(session.started_at),
        last_heartbeat_at=utc(session.last_heartbeat_at),
        expires_at=utc(outcome.expires_at),
        heartbeat_interval=outcome.time.heartbeat_interval,
        session_timeout=int(outcome.time.session_timeout.total_seconds()),
        server_time=utc(outcome.time.now),
        license=license_answer(view),
        proof=proof,
    )


def heartbeat_answer(outcome: Outcome, next_heartbeat_in: int, proof: str | UnsetType) -> HeartbeatAnswer:
    """A session that lives, and its license in brief: a session lives under an active license only."""
    view = outcome.license
    return HeartbeatAnswer(
        status=outcome.code,
        server_time=utc(outcome.time.now),
        expires_at=utc(outcome.expires_at),
        next_heartbeat_in=next_heartbeat_in,
        license=LicenseInHeartbeat(
            status=LicenseStatus.ACTIVE if view is None else view.status,
            valid_until=utc_or_none(outcome.valid_until if view is None else view.license.valid_until),
        ),
        proof=proof,
    )


def end_answer(ended: EndedSession) -> EndAnswer:
    """A session as the history has it."""
    return EndAnswer(
        ended_at=utc(ended.ended_at),
        end_reason=ended.end_reason,
        duration=max(0, int((ended.ended_at - ended.started_at).total_seconds())),
    )


def utc(moment: datetime) -> datetime:
    """The same moment, to be written with `Z`."""
    return moment.astimezone(UTC)


def utc_or_none(moment: datetime | None) -> datetime | None:
    """The same moment, to be written with `Z`; None stays None."""
    return None if moment is None else moment.astimezone(UTC)
