"""The growth of the archive, drawn to scale."""

from datetime import datetime, timedelta

from leasehold.backups.catalog import Event
from leasehold.backups.names import name_for
from leasehold.backups.states import State
from leasehold.panel.backups.growth import draw_growth

DAY = datetime.fromisoformat("2026-01-01T03:00:00+00:00")


def pushes(*added: int) -> list[Event]:
    """One a day, oldest first, each among what does not count."""
    events = []
    for day, size in enumerate(added):
        name = name_for(DAY + timedelta(days=day))
        events += [Event("", State.SEALED, name), Event("", State.PUSHED, name, {"archived_bytes": size})]
    return events


def test_without_two_backups_there_is_no_line() -> None:
    assert draw_growth([]).points == ""
    alone = draw_growth(pushes(900))
    assert (alone.points, [row.together for row in alone.rows]) == ("", [900])


def test_the_line_goes_from_the_first_to_the_last_up_to_the_top() -> None:
    drawn = draw_growth(pushes(50, 25, 25))
    assert drawn.points == "0.0,84.0 500.0,46.0 1000.0,8.0"
    assert [(row.added, row.together) for row in drawn.rows] == [(25, 100), (25, 75), (50, 50)]


def test_a_backup_that_adds_nothing_is_drawn_too() -> None:
    assert draw_growth(pushes(0, 0)).points == "0.0,160.0 1000.0,160.0"


def test_the_table_has_the_newest_of_many() -> None:
    rows = draw_growth(pushes(*range(100))).rows
    assert len(rows) == 60
    assert rows[0].added == 99
