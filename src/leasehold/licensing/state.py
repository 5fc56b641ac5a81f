"""One license as the rules see it: itself, its devices, its live sessions. Plain data, no behaviour but questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from leasehold.licensing.vocabulary import DeviceStatus, DeviceType, EndReason, LicenseStatus, LicenseType

FeatureValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class License:
    """The license's own row. `valid_until` None means for ever; `offline_grace` and `offline_max_ttl` are seconds."""

    id: int
    license_key: str
    product: str
    type: LicenseType
    device_limit: int
    concurrent_sessions_limit: int
    valid_from: datetime
    valid_until: datetime | None
    suspended: bool
    deleted: bool
    features: Mapping[str, FeatureValue]
    offline_grace: int
    offline_max_ttl: int
    checkout_enabled: bool

    def status_at(self, now: datetime) -> LicenseStatus:
        """How the license stands at `now`."""
        if self.suspended:
            return LicenseStatus.SUSPENDED
        if now < self.valid_from:
            return LicenseStatus.NOT_YET_VALID
        if self.valid_until is not None and now >= self.valid_until:
            return LicenseStatus.EXPIRED
        return LicenseStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Device:
    """A device registered under the license; an active one holds a slot from 1 to the device limit."""

    id: int
    hardware_fingerprint: str
    device_name: str
    device_type: DeviceType
    operating_system: str | None
    client_version: str | None
    status: DeviceStatus
    slot: int | None
    first_activated_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A live session and the seat that it holds; `over_limit` where the limit was lowered below it."""

    id: int
    session_token: UUID
    device_id: int
    slot: int
    over_limit: bool
    client_version: str | None
    started_at: datetime
    last_heartbeat_at: datetime


@dataclass(frozen=True, slots=True)
class EndedSession:
    """A session as the history has it."""

    id: int
    session_token: UUID
    device_id: int
    client_version: str | None
    started_at: datetime
    last_heartbeat_at: datetime
    ended_at: datetime
    end_reason: EndReason


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """The moment of a decision, by the database's clock, and the times that silence is measured with."""

    now: datetime
    available_since: datetime
    session_timeout: timedelta
    heartbeat_interval: int

    def silent_from(self, last_heartbeat_at: datetime) -> datetime:
        """When a session with this last heartbeat dies of silence; a heartbeat from the future counts as now."""
        return max(min(last_heartbeat_at, self.now), self.available_since) + self.session_timeout


@dataclass(slots=True)
class LicenseState:
    """Everything that decides about one license, as a batch has left it so far.

    `devices` holds the active ones and those that commands of the batch name, by fingerprint; `sessions` the live
    ones by device id; `ended` those that tokens of the batch name, and those that ended in the batch.
    """

    license: License
    devices: dict[str, Device] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    ended: dict[UUID, EndedSession] = field(default_factory=dict)

    def active_devices(self) -> list[Device]:
        """The devices that hold a place, in the order of their slots."""
        active = [device for device in self.devices.values() if device.status is DeviceStatus.ACTIVE]
        return sorted(active, key=lambda device: device.slot or 0)

    def session_by_token(self, token: UUID) -> Session | None:
        """The live session with this token."""
        return next((session for session in self.sessions.values() if session.session_token == token), None)
