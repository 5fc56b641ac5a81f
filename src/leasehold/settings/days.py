"""Days and moments as people type them, in the installation's time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.orm import driver_connection
from leasehold.settings.service import get_setting

_NO_TIME = timedelta()
_A_DAY = timedelta(days=1)


def time_zone(session: Session) -> ZoneInfo:
    """The installation's time zone, in which its days begin and end."""
    return ZoneInfo(str(get_setting(driver_connection(session), "timezone")))


def today_of(session: Session) -> date:
    """The day that it is where the installation is."""
    return datetime.now(time_zone(session)).date()


def day_begins(session: Session, text: str | None) -> datetime | None:
    """The first moment of the day `2027-12-31`, or the moment itself where a time with its zone is given."""
    return None if text is None else begin_of(text, time_zone(session))


def day_ends(session: Session, text: str | None) -> datetime | None:
    """The moment the day is over (the next one's first), or the moment itself where a time with its zone is given."""
    return None if text is None else end_of(text, time_zone(session))


def begin_of(text: str, zone: ZoneInfo) -> datetime:
    """`day_begins` where the zone is known. Raises `DomainError` `date_invalid`."""
    return _moment(text, _NO_TIME, zone)


def end_of(text: str, zone: ZoneInfo) -> datetime:
    """`day_ends` where the zone is known. Raises `DomainError` `date_invalid`."""
    return _moment(text, _A_DAY, zone)


def _moment(text: str, later: timedelta, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(text) + later
    except (ValueError, OverflowError):
        return _exact(text)
    return datetime.combine(day, time(), zone)


def _exact(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        detail = (
            f"{text!r} is no day that there is: write 2027-12-31, or a moment with its time zone such as "
            "2027-12-31T18:00:00Z."
        )
        raise DomainError(Kind.INVALID, "date_invalid", detail, {"value": text})
    return moment
