"""Reminders leave from an hour of the day on, and nothing is lost by waiting for it."""

from datetime import timedelta

import pytest

from leasehold.kit.database import Database
from leasehold.reminders.errors import MailServerAway
from tests.embedded.installation import free_port
from tests.reminders.mailbox import Mailbox
from tests.reminders.stock import DAY, END, Clock, make_customer, make_license, rows, set_hour

HOUR = timedelta(hours=1)
WEEK = END - 7 * DAY
"""The midnight in Berlin on which a day begins."""


@pytest.fixture(autouse=True)
def key(database: Database, clock: Clock) -> str:
    set_hour(database, 8)
    return make_license(database, make_customer(database, "Acme GmbH", "ada@acme.test"))


def test_what_is_due_at_night_leaves_in_the_morning(clock: Clock, box: Mailbox, database: Database) -> None:
    for too_early in (0 * HOUR, 3 * HOUR, 8 * HOUR - timedelta(microseconds=1)):
        tally = clock.send_at(WEEK + too_early)
        assert (tally.is_empty, tally.leaves_at) == (True, WEEK + 8 * HOUR)
    assert rows(database, "SELECT FROM reminder_mails") == [], "nothing is even written"
    tally = clock.send_at(WEEK + 8 * HOUR)
    assert (tally.sent, tally.leaves_at) == (1, None)
    assert clock.send_at(WEEK + 24 * HOUR).leaves_at == WEEK + 32 * HOUR


def test_a_day_that_was_missed_is_made_up_for_on_the_next(clock: Clock, box: Mailbox) -> None:
    assert clock.send_at(WEEK + 26 * HOUR).is_empty
    assert clock.send_at(WEEK + 33 * HOUR).sent == 1
    (subject,) = box.subjects
    assert subject.startswith("Your license for Studio ends on")


def test_a_mail_that_waits_is_not_tried_again_at_night(clock: Clock, box: Mailbox) -> None:
    box.refusals["ada@acme.test"] = "451 later"
    assert clock.send_at(WEEK + 20 * HOUR).waiting == 1
    box.refusals.clear()
    assert clock.send_at(WEEK + 30 * HOUR).is_empty
    assert clock.send_at(WEEK + 32 * HOUR).sent == 1


def test_the_night_forgets_no_failure(clock: Clock, box: Mailbox, database: Database) -> None:
    right, clock.settings = clock.settings, box.settings(port=free_port())
    with pytest.raises(MailServerAway):
        clock.send_at(WEEK + 20 * HOUR)
    clock.settings = right
    clock.send_at(WEEK + 30 * HOUR)
    assert rows(database, "SELECT failure IS NOT NULL FROM reminder_state") == [(True,)]


def test_on_the_day_that_clocks_go_forward_the_hour_is_the_wall_s(clock: Clock, database: Database) -> None:
    spring = END.replace(month=3, day=29, hour=23)  # midnight in Berlin; at two o'clock it is three
    assert clock.send_at(spring + HOUR).leaves_at == spring + 7 * HOUR
