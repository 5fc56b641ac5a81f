"""What was given up is sent again where somebody asks for it, and nothing else is."""

import pytest

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.terms import extend_license
from leasehold.reminders.errors import ReminderNotFound, ReminderNotGivenUp
from leasehold.reminders.record import read_record
from leasehold.reminders.resending import send_again
from tests.reminders.mailbox import Mailbox
from tests.reminders.stock import ACTOR, DAY, END, Clock, change, make_customer, make_license, rows

ADA = "ada@acme.test"
WEEK = END - 7 * DAY


@pytest.fixture
def key(database: Database) -> str:
    return make_license(database, make_customer(database, "Acme GmbH", ADA))


@pytest.fixture
def given_up(clock: Clock, box: Mailbox, database: Database, key: str) -> int:
    """A reminder whose mail was refused for good."""
    box.refusals[ADA] = "550 5.1.1 mailbox full"
    assert clock.send_at(WEEK).given_up == 1
    box.refusals.clear()
    return int(str(rows(database, "SELECT id FROM reminder_ledger WHERE state = 'told'")[0][0]))


def ask_again(database: Database, reminder: int) -> None:
    with transaction(database, ACTOR) as session:
        send_again(session, reminder)


def test_the_same_mail_is_sent_once_more_and_that_is_audited(
    clock: Clock, box: Mailbox, database: Database, given_up: int
) -> None:
    (before,) = rows(database, "SELECT message_id FROM reminder_mails")
    for _ in range(2):  # as for two reminders of one mail
        ask_again(database, given_up)
    assert [clock.send_at(WEEK + DAY).sent for _ in range(2)] == [1, 0]
    assert rows(database, "SELECT message_id, state, attempts FROM reminder_mails") == [(*before, "sent", 2)]
    assert [mail["Message-ID"] for mail in box.mails] == list(before)
    assert rows(database, "SELECT actor, row_id FROM audit_log WHERE action = 'reminder_again'") == [
        (ACTOR.name, str(rows(database, "SELECT id FROM reminder_mails")[0][0]))
    ]
    with pytest.raises(ReminderNotGivenUp, match="it was sent"):
        ask_again(database, given_up)


def test_it_says_what_is_true_then_or_nothing(clock: Clock, box: Mailbox, database: Database, given_up: int) -> None:
    key = str(rows(database, "SELECT license_key FROM licenses")[0][0])
    with transaction(database, ACTOR) as session:
        extend_license(session, key, actor=ACTOR, days=365)
    ask_again(database, given_up)
    tally = clock.send_at(WEEK + DAY)
    assert (tally.sent, tally.cancelled, box.mails) == (0, 1, [])


def test_a_corrected_address_is_written_to_instead(
    clock: Clock, box: Mailbox, database: Database, given_up: int
) -> None:
    change(database, "UPDATE contact_details SET value = 'grace@acme.test' WHERE kind = 'email'")
    ask_again(database, given_up)
    assert clock.send_at(WEEK + DAY).cancelled == 1
    assert clock.send_at(WEEK + DAY).sent == 1
    assert [mail["To"] for mail in box.mails] == ["grace@acme.test"]


def test_only_what_was_given_up_and_is_there(database: Database, given_up: int) -> None:
    (superseded,) = rows(database, "SELECT min(id) FROM reminder_ledger WHERE state = 'superseded'")
    with pytest.raises(ReminderNotGivenUp):
        ask_again(database, int(str(superseded[0])))
    with pytest.raises(ReminderNotFound, match="no reminder 999"):
        ask_again(database, 999)


def test_what_was_given_up_is_counted_until_it_is_sent_again(clock: Clock, database: Database, given_up: int) -> None:
    change(database, "UPDATE reminder_mails SET attempted_at = now()")
    assert _figures(database) == (1, 1, 0, 0)
    change(database, "UPDATE reminder_mails SET attempted_at = now() - interval '8 days'")
    assert _figures(database) == (1, 0, 0, 0), "nobody is told for ever"
    ask_again(database, given_up)
    assert _figures(database) == (0, 0, 1, 0)
    clock.send_at(WEEK + DAY)
    assert _figures(database) == (0, 0, 0, 1)


def _figures(database: Database) -> tuple[int, int, int, int]:
    with database.connect(application="test") as connection:
        record = read_record(connection)
    return record.given_up, record.given_up_lately, record.waiting, record.sent_lately
