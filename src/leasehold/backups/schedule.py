"""When the daily backup is due: at one time of the day, in one time zone, once a day, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_DAY = timedelta(days=1)


def due_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clock shows `at` on `day`, in UTC.

    Where clocks are set back and show it twice, that is the first time; where they are set forward past it, it is as
    much later as they are set forward (PEP 495).
    """
    return datetime.combine(day, at, zone).replace(fold=0).astimezone(UTC)


def latest_day(now: datetime, at: time, zone: ZoneInfo) -> date:
    """The day whose backup was due last, at `now` (with a time zone)."""
    today = now.astimezone(zone).date()
    return today if due_at(today, at, zone) <= now else today - _A_DAY


def next_due(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """When the next daily backup is due after `now`, in UTC."""
    return due_at(latest_day(now, at, zone) + _A_DAY, at, zone)
