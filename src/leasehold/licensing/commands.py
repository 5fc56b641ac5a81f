"""What can be asked of the licensing core, by a client, an operator or the clock."""

from dataclasses import dataclass
from uuid import UUID

from leasehold.licensing.vocabulary import DeviceType, EndReason


@dataclass(frozen=True, slots=True)
class Validate:
    """May this license (on this device) run? Changes nothing."""

    license_key: str
    hardware_fingerprint: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Activate:
    """Register a device, or bring a registered one up to date."""

    license_key: str
    hardware_fingerprint: str
    device_name: str
    device_type: DeviceType
    operating_system: str | None = None
    client_version: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Deactivate:
    """Give a device's place back; its live session ends."""

    license_key: str
    hardware_fingerprint: str


@dataclass(frozen=True, slots=True)
class StartSession:
    """Take a seat for a device, or resume the one that it holds."""

    license_key: str
    hardware_fingerprint: str
    client_version: str | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Keep a session alive. `detailed` asks for the license, the device and the session in the outcome."""

    session_token: UUID
    license_key: str | None = None
    detailed: bool = False


@dataclass(frozen=True, slots=True)
class EndSession:
    """Free a seat, by the client (`reason` client) or by an operator."""

    session_token: UUID
    reason: EndReason = EndReason.CLIENT


@dataclass(frozen=True, slots=True)
class SuspendLicense:
    """Stop a license for now; its live sessions end."""

    license_key: str


@dataclass(frozen=True, slots=True)
class ResumeLicense:
    """Let a suspended license run again."""

    license_key: str


@dataclass(frozen=True, slots=True)
class DeleteLicense:
    """Take a license away for good; its live sessions end, its history stays."""

    license_key: str


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """Sell more or fewer places; None leaves a limit as it is."""

    license_key: str
    device_limit: int | None = None
    concurrent_sessions_limit: int | None = None


@dataclass(frozen=True, slots=True)
class BlockDevice:
    """Shut a device out until an operator lets it in again; its live session ends."""

    license_key: str
    hardware_fingerprint: str


@dataclass(frozen=True, slots=True)
class UnblockDevice:
    """Let a blocked device activate again; it stays inactive until it does."""

    license_key: str
    hardware_fingerprint: str


@dataclass(frozen=True, slots=True)
class RenameDevice:
    """Call a device otherwise; its software says its own name again when it next activates."""

    license_key: str
    hardware_fingerprint: str
    device_name: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """Move the license's dead sessions to the history; nothing else."""

    license_key: str


ByToken = Heartbeat | EndSession
ByKey = (
    Validate
    | Activate
    | Deactivate
    | StartSession
    | SuspendLicense
    | ResumeLicense
    | DeleteLicense
    | ChangeLimits
    | BlockDevice
    | UnblockDevice
    | RenameDevice
    | Sweep
)
Command = ByToken | ByKey
