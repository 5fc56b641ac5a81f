"""Reads of sessions with whose they are, live and past, for lists and pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from leasehold.licensing.device_queries import WHOSE, Query, Whose, with_whose
from leasehold.licensing.errors import session_not_found
from leasehold.licensing.models import DeviceRegistration, LicenseRow, LiveSession, PastSession
from leasehold.licensing.queries import as_license, has_status, is_live, read_service_time
from leasehold.licensing.rules import death_of
from leasehold.licensing.state import ServiceTime
from leasehold.licensing.state import Session as SeatSession
from leasehold.licensing.vocabulary import EndReason, LicenseStatus


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session with its device and whose it is.

    A live one has `dies_at`, the moment of its death if it falls silent now; a past one `ended_at` and `end_reason`.
    `at` is the moment of reading, by the database's clock.
    """

    session: LiveSession | PastSession
    whose: Whose
    hardware_fingerprint: str
    device_name: str
    at: datetime
    dies_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def last_moment(self) -> datetime:
        """Its end, or now."""
        return self.ended_at or self.at

    @property
    def duration(self) -> timedelta:
        """How long it ran, or has run so far."""
        return max(self.last_moment - self.session.started_at, timedelta())

    @property
    def silence(self) -> timedelta:
        """The time since the last heartbeat, up to the end."""
        return max(self.last_moment - self.session.last_heartbeat_at, timedelta())


def live_sessions(time: ServiceTime) -> Query:
    """The sessions that live at `time`; see `live_line`."""
    return _with_device(LiveSession).where(is_live(time), has_status(LicenseStatus.ACTIVE, time.now))


def past_sessions() -> Query:
    """The sessions that have ended; see `past_line`."""
    return _with_device(PastSession)


def live_line(row: Any, time: ServiceTime) -> SessionLine:
    """A row of `live_sessions`."""
    live, *whose, fingerprint, name = row
    dies_at = time.silent_from(live.last_heartbeat_at)
    return SessionLine(live, Whose(*whose), fingerprint, name, time.now, dies_at=dies_at)


def past_line(row: Any, now: datetime) -> SessionLine:
    """A row of `past_sessions`, read at `now`."""
    past, *whose, fingerprint, name = row
    reason = EndReason(past.end_reason)
    return SessionLine(past, Whose(*whose), fingerprint, name, now, ended_at=past.ended_at, end_reason=reason)


def show_session(session: Session, token: UUID) -> SessionLine:
    """The session with this token, live or past; one that nobody has moved to the history yet has ended all the same.

    Raises `DomainError` `session_not_found`.
    """
    time = read_service_time(session)
    row = session.execute(_with_device(LiveSession).where(LiveSession.session_token == token)).one_or_none()
    if row is not None:
        return _unless_dead(live_line(row, time), session.get_one(LicenseRow, row[0].license_id), time)
    row = session.execute(past_sessions().where(PastSession.session_token == token)).one_or_none()
    if row is None:
        raise session_not_found()
    return past_line(row, time.now)


def live_session_of(session: Session, device: DeviceRegistration) -> SessionLine | None:
    """The session that a device runs, if it does."""
    time = read_service_time(session)
    of_device = (LiveSession.license_id == device.license_id, LiveSession.device_id == device.id)
    row = session.execute(live_sessions(time).where(*of_device)).one_or_none()
    return None if row is None else live_line(row, time)


def _with_device(model: type[LiveSession] | type[PastSession]) -> Query:
    device = and_(DeviceRegistration.license_id == model.license_id, DeviceRegistration.id == model.device_id)
    columns = (*WHOSE, DeviceRegistration.hardware_fingerprint, DeviceRegistration.device_name)
    return with_whose(select(model, *columns).select_from(model), model).join(DeviceRegistration, device)


def _unless_dead(line: SessionLine, license_row: LicenseRow, time: ServiceTime) -> SessionLine:
    live = line.session
    if not isinstance(live, LiveSession):
        raise TypeError(live)
    seat = SeatSession(
        live.id,
        live.session_token,
        live.device_id,
        live.slot,
        live.over_limit,
        live.client_version,
        live.started_at,
        live.last_heartbeat_at,
    )
    death = death_of(seat, as_license(license_row, line.whose.product_slug), time)
    if death is None:
        return line
    whose, fingerprint, name = line.whose, line.hardware_fingerprint, line.device_name
    return SessionLine(live, whose, fingerprint, name, time.now, ended_at=death.ended_at, end_reason=death.end_reason)
