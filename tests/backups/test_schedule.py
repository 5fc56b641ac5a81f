from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from leasehold.backups.schedule import due_at, latest_day, next_due

THREE = time(3)


def test_three_o_clock_is_local() -> None:
    assert due_at(date(2026, 1, 31), THREE, ZoneInfo("Europe/Berlin")) == datetime(2026, 1, 31, 2, tzinfo=UTC)
    assert due_at(date(2026, 7, 31), THREE, ZoneInfo("Europe/Berlin")) == datetime(2026, 7, 31, 1, tzinfo=UTC)


def test_where_the_clock_skips_three_it_is_four() -> None:
    athens = ZoneInfo("Europe/Athens")
    assert due_at(date(2026, 3, 29), THREE, athens).astimezone(athens).time() == time(4)


def test_where_the_clock_shows_three_twice_it_is_the_first() -> None:
    athens = ZoneInfo("Europe/Athens")
    first = due_at(date(2026, 10, 25), THREE, athens)
    assert first == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert latest_day(first, THREE, athens) == latest_day(first + timedelta(hours=1), THREE, athens)


def test_the_day_before_is_the_latest_until_it_is_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    due = due_at(date(2026, 1, 31), THREE, berlin)
    assert latest_day(due - timedelta(seconds=1), THREE, berlin) == date(2026, 1, 30)
    assert latest_day(due, THREE, berlin) == date(2026, 1, 31)
    assert next_due(due, THREE, berlin) == due_at(date(2026, 2, 1), THREE, berlin)


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_every_day_has_one_in_every_zone_of_the_world(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        moments = [due_at(day, THREE, zone) for day in days]
        between = {later - earlier for earlier, later in pairwise(moments)}
        assert all(timedelta(hours=20) <= gap <= timedelta(hours=28) for gap in between), name
