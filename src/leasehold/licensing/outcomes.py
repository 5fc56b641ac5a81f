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

    `license` is None where there is none; `device`, `session` and `ended` are there where the code speaks of them. A
    `live` that was not asked to be detailed has none of them: it says `valid_until`, and the license is `active`.
    `retry_after` (whole seconds) only with `session_limit_reached`; `active_devices` only with
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
    valid_until: datetime | None = None

    @property
    def granted(self) -> bool:
        """Whether what was asked for has happened, or holds."""
        return self.code in GRANTED

    @property
    def license_id(self) -> int | None:
        """The license that decided, where there is one."""
        return None if self.license is None else self.license.license.id

    @property
    def expires_at(self) -> datetime:
        """When the session that was just heard of dies if it falls silent now."""
        return self.time.now + self.time.session_timeout
