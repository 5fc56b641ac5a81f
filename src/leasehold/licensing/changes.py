"""What a decision changes: plain facts, folded into the state by the rules and written in bulk by the engine."""

from dataclasses import dataclass
from datetime import datetime

from leasehold.licensing.state import Device, EndedSession, License, Session


@dataclass(frozen=True, slots=True)
class LicenseChanged:
    """The license's decisions (suspended, deleted) or limits are now these."""

    license: License


@dataclass(frozen=True, slots=True)
class DeviceRegistered:
    """A device that the license did not know."""

    device: Device


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A known device is now this."""

    device: Device


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A seat was taken."""

    session: Session


@dataclass(frozen=True, slots=True)
class SessionBeat:
    """A live session was heard of at `at`."""

    session: Session
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionOverLimit:
    """A live session holds a seat that a lowered limit no longer has; it keeps it until it ends."""

    session: Session


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A live session is over."""

    ended: EndedSession


Change = (
    LicenseChanged | DeviceRegistered | DeviceChanged | SessionStarted | SessionBeat | SessionOverLimit | SessionEnded
)
