"""Activities whose day has come: whoever is to do them is told once."""

from datetime import timedelta

import pytest

from leasehold.customers.institutions import InstitutionCard
from leasehold.customers.vocabulary import Language
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.leads.activities import ActivityCard, add_activity, finish_activity
from leasehold.leads.pipeline import add_lead
from leasehold.leads.vocabulary import ActivityKind
from leasehold.reminders.recipients import Vendor
from tests.reminders.mailbox import Mailbox
from tests.reminders.stock import ACTOR, DAY, END, Clock, change, rows

ADD_MEMBER = "INSERT INTO staff_members (email, name, role) VALUES (%s, 'Ada', 'sales') RETURNING id"


@pytest.fixture
def member(database: Database) -> int:
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        row = connection.execute(ADD_MEMBER, ("ada@vendor.test",)).fetchone()
    assert row is not None
    return int(str(row[0]))


def plan(database: Database, member: int | None, *subjects: str) -> list[int]:
    """Activities that are due at `END`; their ids."""
    with transaction(database, ACTOR) as session:
        lead = add_lead(session, InstitutionCard("Klinikum Nord"))
        cards = [ActivityCard(ActivityKind.CALL, subject, END, assignee_id=member) for subject in subjects]
        return [add_activity(session, lead.id, card, actor=ACTOR).id for card in cards]


def test_what_is_due_is_told_in_one_mail_and_once(clock: Clock, box: Mailbox, database: Database, member: int) -> None:
    plan(database, member, "Ask for the budget", "Send the offer")
    plan(database, None, "Nobody's")
    assert clock.send_at(END - 2 * DAY).sent == 0
    assert [clock.send_at(END + hours * DAY / 24).sent for hours in range(3)] == [1, 0, 0]
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == ("ada@vendor.test", "2 things to do")
    assert "- Klinikum Nord: Ask for the budget (call, due on " in mail.get_content()


@pytest.fixture
def budget(database: Database, member: int) -> None:
    plan(database, member, "Ask for the budget")


@pytest.mark.parametrize(
    ("language", "subject"),
    [(Language.DE, "Zu tun: Ask for the budget"), (Language.EN, "To do: Ask for the budget")],
)
@pytest.mark.usefixtures("budget")
def test_it_is_told_in_the_language_of_mails_also_without_an_address_of_the_vendor(
    clock: Clock, box: Mailbox, language: Language, subject: str
) -> None:
    clock.vendor = Vendor(language)
    assert clock.send_at(END).sent == 1
    assert box.subjects == [subject]


def test_days_that_were_missed_are_made_up_for(clock: Clock, box: Mailbox, database: Database, member: int) -> None:
    plan(database, member, "Ask for the budget")
    assert clock.send_at(END + 9 * DAY).sent == 1
    assert box.subjects == ["To do: Ask for the budget"]


def test_another_day_is_told_anew(clock: Clock, box: Mailbox, database: Database, member: int) -> None:
    (activity,) = plan(database, member, "Ask for the budget")
    assert clock.send_at(END).sent == 1
    change(database, "UPDATE activities SET due_at = %s WHERE id = %s", END + timedelta(days=7), activity)
    assert [clock.send_at(END + day * DAY).sent for day in (1, 7, 8)] == [0, 1, 0]


def test_what_was_done_before_the_mail_left_is_not_told(
    clock: Clock, box: Mailbox, database: Database, member: int
) -> None:
    (activity,) = plan(database, member, "Ask for the budget")
    box.refusals[""] = "451 4.3.0 later"
    assert clock.send_at(END).waiting == 1
    box.refusals.clear()
    with transaction(database, ACTOR) as session:
        finish_activity(session, activity, actor=ACTOR)
    tally = clock.send_at(END + DAY)
    assert (tally.sent, tally.cancelled) == (0, 1)
    assert rows(database, "SELECT state FROM reminder_ledger") == [("withdrawn",)]


def test_with_the_rule_off_or_the_person_gone_nobody_is_told(
    clock: Clock, box: Mailbox, database: Database, member: int
) -> None:
    plan(database, member, "Ask for the budget")
    change(database, "UPDATE reminder_rules SET active = false WHERE kind = 'activity_due'")
    assert clock.send_at(END).sent == 0
    change(database, "UPDATE reminder_rules SET active = true WHERE kind = 'activity_due'")
    change(database, "UPDATE staff_members SET disabled_at = now() WHERE id = %s", member)
    assert clock.send_at(END).sent == 0
