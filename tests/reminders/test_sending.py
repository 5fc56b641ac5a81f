"""What can go wrong with a mail, and that it is sent at least once, and never twice without saying so."""

import smtplib
from datetime import timedelta
from email.message import EmailMessage

import pytest

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.terms import extend_license
from leasehold.reminders import sending
from leasehold.reminders.errors import MailServerAway, RemindersBusy
from leasehold.reminders.mail_settings import MailSettings
from leasehold.reminders.post import INTERRUPTED
from leasehold.reminders.record import read_record
from tests.embedded.installation import free_port
from tests.reminders.mailbox import Mailbox
from tests.reminders.stock import ACTOR, DAY, END, Clock, change, make_customer, make_license, rows

ADA = "ada@acme.test"
WEEK = END - 7 * DAY
QUARTER = timedelta(minutes=15)
_MAILS = "SELECT state, attempts, doubts, failure FROM reminder_mails ORDER BY id"
_STATES = "SELECT state FROM reminder_ledger ORDER BY id"


@pytest.fixture
def key(database: Database) -> str:
    return make_license(database, make_customer(database, "Acme GmbH", ADA))


def test_while_the_server_is_away_nothing_is_written_and_nothing_lost(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    right = clock.settings
    clock.settings = box.settings(port=free_port())
    for day in (60, 30, 14):
        with pytest.raises(MailServerAway, match="refused"):
            clock.send_at(END - day * DAY)
    assert rows(database, _MAILS) == []
    with database.connect(application="test") as connection:
        record = read_record(connection)
    assert (record.ran_at, record.failed_at) == (None, END - 14 * DAY)
    clock.settings = right
    assert clock.send_at(END - 13 * DAY).sent == 1
    with database.connect(application="test") as connection:
        record = read_record(connection)
    assert (record.ran_at, record.failure) == (END - 13 * DAY, None)


def test_a_mail_that_is_not_taken_now_is_tried_again_later_each_time(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    box.refusals[ADA] = "451 4.7.1 greylisted"
    assert clock.send_at(WEEK).waiting == 1
    assert rows(database, _MAILS) == [("waiting", 1, 0, "451 4.7.1 greylisted")]
    assert clock.send_at(WEEK + QUARTER / 2).waiting == 0
    assert clock.send_at(WEEK + QUARTER).waiting == 1
    assert clock.send_at(WEEK + 2 * QUARTER).waiting == 0
    box.refusals.clear()
    assert clock.send_at(WEEK + 5 * QUARTER).sent == 1
    assert rows(database, _MAILS) == [("sent", 3, 0, None)]
    assert len(box.mails) == 1


def test_a_mail_that_is_never_taken_is_given_up_and_others_go_on(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    make_license(database, make_customer(database, "Bäcker KG", "b@b.test"))
    box.refusals[ADA] = "550 5.1.1 no such user"
    tally = clock.send_at(WEEK)
    assert (tally.sent, tally.given_up) == (1, 1)
    assert rows(database, _MAILS)[0] == ("given_up", 1, 0, "550 5.1.1 no such user")
    box.refusals.clear()
    assert clock.send_at(END - 6 * DAY).sent == 0
    assert clock.send_at(END - DAY).sent == 2, "the next rung is another mail"


@pytest.mark.parametrize("address", ["ada@", "@acme.test", "a@b@c", "ada@-.-", "ada, bob@acme.test", "ada@" + "x" * 70])
def test_what_is_no_address_is_given_up(clock: Clock, box: Mailbox, database: Database, key: str, address: str) -> None:
    change(database, "UPDATE contact_details SET value = %s WHERE kind = 'email'", address)
    assert clock.send_at(WEEK).given_up == 1
    assert box.mails == []


def test_an_address_at_a_domain_with_umlauts_is_reached(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    change(database, "UPDATE contact_details SET value = 'ada@müller.test' WHERE kind = 'email'")
    assert clock.send_at(WEEK).sent == 1
    assert box.mails[0]["To"] == "ada@xn--mller-kva.test"


def test_a_server_that_takes_nothing_from_us_stops_the_run(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    make_license(database, make_customer(database, "Bäcker KG", "b@b.test"))
    box.senders_refused = True
    with pytest.raises(MailServerAway, match=r"550 5\.7\.1 not from you"):
        clock.send_at(WEEK)
    assert [row[:2] for row in rows(database, _MAILS)] == [("waiting", 1), ("waiting", 0)]
    box.senders_refused = False
    assert clock.send_at(WEEK + QUARTER * 4).sent == 2


def test_a_renewal_cancels_a_mail_that_waits(clock: Clock, box: Mailbox, database: Database, key: str) -> None:
    box.refusals[ADA] = "451 later"
    clock.send_at(WEEK)
    with transaction(database, ACTOR) as session:
        extend_license(session, key, actor=ACTOR, days=365)
    box.refusals.clear()
    tally = clock.send_at(WEEK + DAY)
    assert (tally.sent, tally.cancelled) == (0, 1)
    assert rows(database, _MAILS)[0][0] == "cancelled"
    assert {state for (state,) in rows(database, _STATES)} == {"withdrawn"}


def test_a_mail_that_waits_says_what_is_true_when_it_leaves(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    customer = rows(database, "SELECT id FROM customers")[0][0]
    other = make_license(database, int(str(customer)))
    box.refusals[ADA] = "451 later"
    clock.send_at(WEEK)
    with transaction(database, ACTOR) as session:
        extend_license(session, other, actor=ACTOR, days=365)
    box.refusals.clear()
    assert clock.send_at(END - 5 * DAY).sent == 1
    text = box.mails[0].get_content()
    assert (key[-5:] in text, other[-5:] in text, "for 4 more days" in text) == (True, False, True)


def test_a_mail_to_whom_is_not_the_contact_any_more_goes_to_who_is(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    box.refusals[ADA] = "451 later"
    clock.send_at(WEEK)
    change(database, "UPDATE contact_details SET value = 'grace@acme.test' WHERE kind = 'email'")
    assert clock.send_at(WEEK + DAY).cancelled == 1
    assert clock.send_at(WEEK + DAY).sent == 1
    assert [mail["To"] for mail in box.mails] == ["grace@acme.test"]


def test_a_nearer_rung_takes_the_place_of_a_mail_that_waits(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    box.refusals[ADA] = "451 later"
    clock.send_at(WEEK)
    clock.send_at(END - DAY)
    box.refusals.clear()
    clock.send_at(END - DAY / 24)
    clock.send_at(END - timedelta(minutes=1))
    assert len(box.mails) == 1
    assert [row[0] for row in rows(database, _MAILS)] == ["cancelled", "sent"]
    assert "withdrawn" not in {state for (state,) in rows(database, _STATES)}


def test_a_mail_is_sent_again_after_a_crash_under_the_same_name_and_says_so(
    clock: Clock, box: Mailbox, database: Database, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def take_then_die(_settings: MailSettings, server: smtplib.SMTP, message: EmailMessage) -> None:
        server.send_message(message)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "hand_over", take_then_die)
        with pytest.raises(Killed):
            clock.send_at(WEEK)
    assert rows(database, _MAILS) == [("sending", 1, 0, None)]
    assert clock.send_at(WEEK + QUARTER).sent == 1
    assert rows(database, _MAILS) == [("sent", 2, 1, None)]
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert "may have arrived" in INTERRUPTED


def test_a_connection_that_breaks_after_the_mail_leaves_a_doubt(
    clock: Clock, box: Mailbox, database: Database, key: str
) -> None:
    box.hangs_up_after_taking = True
    assert clock.send_at(WEEK).waiting == 1
    assert rows(database, _MAILS)[0][:3] == ("waiting", 1, 1)
    box.hangs_up_after_taking = False
    assert clock.send_at(WEEK + QUARTER).sent == 1
    assert len({mail["Message-ID"] for mail in box.mails}) == 1


def test_two_never_send_at_once(clock: Clock, box: Mailbox, database: Database, key: str) -> None:
    with clock.database.connect(application="test", autocommit=True) as other:
        other.execute(sending._LOCK)
        with pytest.raises(RemindersBusy):
            clock.send_at(WEEK)
    assert clock.send_at(WEEK).sent == 1
