"""What comes back: one shape for every command, with as much of the license as the answer needs."""

from dataclasses import dataclass
from datetime import datetime

from leasehold.licensing.state import Device, EndedSession, License, ServiceTime, Session
from leasehold.licensing.vocabulary import GRANTED, Code, LicenseStatus


@dataclass(frozen=True, slots=True)
class LicenseView:
    """A license at the moment of the outcome, with what is taken of it."""

    license: License
    status: LicenseStatus
    devices_active: int
    sessions_live: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command, at `time.now`.

    `license` is None only where there is none; `device`, `session` and `ended` are there where the code speaks of
    them; `retry_after` (whole seconds) only with `session_limit_reached`; `active_devices` only with
    `device_limit_below_active`.
    """

    code: Code
    time: ServiceTime
    license: LicenseView | None = None
    device: Device | None = None
    session: Session | None = None
    ended: EndedSession | None = None
    retry_after: int | None = None
    active_devices: tuple[Device, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether what was asked for has happened, or holds."""
        return self.code in GRANTED

    @property
    def expires_at(self) -> datetime | None:
        """When the session dies if it falls silent now."""
        if self.session is None:
            return None
        return self.time.silent_from(self.session.last_heartbeat_at)
