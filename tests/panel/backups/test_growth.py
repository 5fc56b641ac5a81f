"""The growth of the archive: drawn to scale, and what a year of it costs."""

from datetime import datetime, timedelta

from leasehold.backups.catalog import Backup
from leasehold.backups.names import name_for
from leasehold.panel.backups.growth import growth_of

DAY = datetime.fromisoformat("2026-01-01T03:00:00+00:00")


def backups(*added: int | None) -> list[Backup]:
    """One a day, newest first; None is one that was never stored."""
    made = [
        Backup(name_for(DAY + timedelta(days=day)), facts={} if size is None else {"stored_bytes": size})
        for day, size in enumerate(added)
    ]
    return made[::-1]


def test_without_backups_there_is_nothing_to_draw_and_nothing_to_say() -> None:
    growth = growth_of([])
    assert (growth.points, growth.total, growth.a_year, list(growth.rows)) == ("", 0, None, [])


def test_a_year_is_what_a_day_adds_without_the_first_backup() -> None:
    assert growth_of(backups(900, 10, 10, None, 10, 10)).a_year == round(40 / 5 * 365)


def test_only_the_latest_weeks_count() -> None:
    assert growth_of(backups(900, *[1000] * 40, *[10] * 60)).a_year == 3650


def test_less_than_two_days_tell_nothing() -> None:
    assert growth_of(backups(900, 10)).a_year is None
    assert growth_of(backups(900, 10, 10)).a_year == 3650


def test_the_line_goes_from_the_first_to_the_last_up_to_the_top() -> None:
    growth = growth_of(backups(50, 25, 25))
    assert growth.points == "0.0,84.0 500.0,46.0 1000.0,8.0"
    assert [total for _at, _added, total in growth.rows] == [100, 75, 50]
