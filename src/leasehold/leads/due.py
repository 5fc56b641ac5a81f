"""When something is due, as people say it: a day, a day and a time, or a moment."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from leasehold.kit.errors import DomainError
from leasehold.leads.errors import ActivityInvalid

END_OF_DAY = time(23, 59)
"""When something is due that has a day and no time."""


def due_moment(day: date, at: time | None, zone: ZoneInfo) -> datetime:
    """The moment in the time zone of the installation."""
    return datetime.combine(day, at or END_OF_DAY, zone)


def day_and_time(due_at: datetime, zone: ZoneInfo) -> tuple[date, time | None]:
    """What was said of a moment that `due_moment` has made: the day, and the time where there was one."""
    local = due_at.astimezone(zone)
    return local.date(), None if local.time() == END_OF_DAY else local.time()


def read_due(text: str, zone: ZoneInfo) -> datetime:
    """The moment that `2027-12-31`, `2027-12-31T18:00` (in `zone`) or `2027-12-31T18:00:00Z` means.

    Raises `ActivityInvalid`.
    """
    try:
        return due_moment(date.fromisoformat(text), None, zone)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _no_moment(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _no_moment(text: str) -> DomainError:
    detail = f"{text[:40]!r} is no day that there is: write 2027-12-31, or 2027-12-31T18:00 with a time."
    return ActivityInvalid(detail, {"problem": "no_moment", "value": text[:40]})
