"""The ladder: each rung once, late ones collapse, a renewal begins anew."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.terms import extend_license
from tests.conftest import FreshDatabase, cloned_database
from tests.reminders.mailbox import Mailbox, mailbox
from tests.reminders.stock import ACTOR, DAY, END, Clock, change, make_customer, make_license, rows

ADA = "ada@acme.test"
LADDER = (60, 30, 14, 7, 1, 0, -3)
_LEDGER = """
SELECT r.days_before, e.state FROM reminder_ledger AS e JOIN reminder_rules AS r ON r.id = e.rule_id
 ORDER BY e.id
"""


@pytest.fixture
def acme(database: Database) -> int:
    return make_customer(database, "Acme GmbH", ADA)


def test_each_rung_of_the_ladder_is_told_once(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    make_license(database, acme)
    days = []
    for day in sorted({around - rung for rung in LADDER for around in (-1, 0, 1)}):
        before = len(box.mails)
        for hour in (0, 12):
            clock.send_at(END + day * DAY + timedelta(hours=hour))
        days += [-day] * (len(box.mails) - before)
    assert days == list(LADDER)
    assert rows(database, _LEDGER) == [(rung, "told") for rung in LADDER]
    assert box.subjects[0] == "Your license for Studio ends on 30 June 2031"
    assert box.subjects[-1] == "Your license for Studio ended on 30 June 2031"


def test_what_was_missed_collapses_into_the_nearest(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    make_license(database, acme)
    assert clock.send_at(END - 6 * DAY).sent == 1
    assert rows(database, _LEDGER) == [(7, "told"), (14, "superseded"), (30, "superseded"), (60, "superseded")]
    assert "for 5 more days" in box.mails[0].get_content()
    assert clock.send_at(END - 5 * DAY).sent == 0
    assert clock.send_at(END + 10 * DAY).sent == 1
    assert "  was valid until 30 June 2031, 11 days ago" in box.mails[1].get_content().splitlines()
    assert [rung for rung, _state in rows(database, _LEDGER)] == [7, 14, 30, 60, -3, 0, 1]


def test_an_end_long_past_is_told_no_more(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    make_license(database, acme)
    assert clock.send_at(END + 30 * DAY).sent == 0
    assert clock.send_at(END + 30 * DAY - timedelta(seconds=1)).sent == 1


def test_a_renewal_cancels_the_rest_and_begins_anew(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    key = make_license(database, acme)
    clock.send_at(END - 14 * DAY)
    with transaction(database, ACTOR) as session:
        extend_license(session, key, actor=ACTOR, days=365)
    for day in (-7, -1, 0, 3, 200):
        assert clock.send_at(END + day * DAY).sent == 0
    assert clock.send_at(END + 365 * DAY - 60 * DAY).sent == 1
    assert box.subjects[1] == "Your license for Studio ends on 29 June 2032"
    change(database, "UPDATE license_terms SET voided_at = now(), void_reason = 'x' WHERE kind = 'extension'")
    assert clock.send_at(END - 13 * DAY).sent == 0, "this end was told of before"


def test_a_rung_before_the_term_began_is_not_told(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    make_license(database, acme, days=20)
    assert clock.send_at(END - 19 * DAY).sent == 0
    assert clock.send_at(END - 14 * DAY).sent == 1


def test_only_licenses_in_force_are_told_of(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    keys = [make_license(database, acme) for _ in range(2)]
    make_license(database, acme, ends=None)
    change(database, "UPDATE licenses SET suspended_at = now() WHERE license_key = %s", keys[0])
    change(database, "UPDATE licenses SET deleted_at = now() WHERE license_key = %s", keys[1])
    assert clock.send_at(END - DAY).sent == 0
    change(database, "UPDATE licenses SET suspended_at = NULL")
    assert clock.send_at(END - DAY).sent == 1


def test_a_rule_that_is_off_is_not_gone_by(clock: Clock, box: Mailbox, database: Database, acme: int) -> None:
    make_license(database, acme)
    change(database, "UPDATE reminder_rules SET active = false WHERE days_before IN (60, 14)")
    assert clock.send_at(END - 60 * DAY).sent == 0
    assert clock.send_at(END - 30 * DAY).sent == 1
    assert clock.send_at(END - 14 * DAY).sent == 0
    assert clock.send_at(END - 7 * DAY).sent == 1
    change(database, "UPDATE reminder_rules SET active = true")
    assert clock.send_at(END - 6 * DAY).sent == 0, "a nearer one has been told"


def test_a_recipient_gets_one_mail_about_all_their_licenses(clock: Clock, box: Mailbox, database: Database) -> None:
    acme = make_customer(database, "Acme GmbH", ADA)
    other = make_customer(database, "Bäcker KG", "b@b.test", language="de")
    keys = [make_license(database, acme, ends=END + day * DAY) for day in (3, 0)]
    make_license(database, other, product="lab")
    assert clock.send_at(END - 3 * DAY).sent == 2
    (english,), (german,) = box.to(ADA), box.to("b@b.test")
    text = english.get_content()
    assert english["Subject"] == "Your licenses: 2 that end or have ended"
    assert text.index(keys[1][-5:]) < text.index(keys[0][-5:]), "the one that ends first stands first"
    assert (keys[0] in text, text.rstrip().endswith("Acme")) == (False, True)
    assert german["Subject"] == "Ihre Lizenz für Lab endet am 30. Juni 2031"
    assert "Bäcker KG" in german.get_content()
    assert "also noch 2 Tage" in german.get_content()
    assert (english["From"], english["Auto-Submitted"]) == ("Acme <licenses@vendor.test>", "auto-generated")


def test_whom_nobody_can_tell_is_told_once_somebody_can(clock: Clock, box: Mailbox, database: Database) -> None:
    acme = make_customer(database, "Acme GmbH", None)
    make_license(database, acme)
    tally = clock.send_at(END - 14 * DAY)
    assert (tally.sent, tally.untold) == (0, 1)
    change(database, "INSERT INTO contacts (last_name) VALUES ('Hopper')")
    change(
        database,
        "INSERT INTO affiliations (contact_id, institution_id, is_primary)"
        " SELECT c.id, i.id, true FROM contacts AS c, institutions AS i",
    )
    assert clock.send_at(END - 14 * DAY).untold == 1, "there is no address yet"
    change(
        database,
        "INSERT INTO contact_details (contact_id, kind, value, is_primary) SELECT id, 'email', 'g@acme.test', true"
        " FROM contacts",
    )
    assert clock.send_at(END - 13 * DAY).sent == 1
    assert [mail["To"] for mail in box.mails] == ["g@acme.test"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(-70, 40), unique=True, max_size=12), renewed=st.none() | st.integers(-70, 20))
def test_on_whatever_days_the_job_runs_nothing_is_told_twice_and_nothing_lost(
    days: list[int], renewed: int | None
) -> None:
    with cloned_database() as fresh, mailbox() as box:
        told = _simulate(fresh, box, sorted(days), renewed)
    assert told == _model(sorted(days), renewed)


def _simulate(fresh: FreshDatabase, box: Mailbox, days: list[int], renewed: int | None) -> list[int]:
    """On which days a mail came. From the day of the renewal on, the license ends so much later that nothing is due."""
    clock, owner = Clock(fresh, box.settings()), fresh.owner
    key = make_license(owner, make_customer(owner, "Acme", ADA))
    told, is_renewed = [], False
    for day in days:
        if renewed is not None and day >= renewed and not is_renewed:
            with transaction(owner, ACTOR) as session:
                extend_license(session, key, actor=ACTOR, days=365)
            is_renewed = True
        told += [day] * clock.send_at(END + day * DAY).sent
    clock.close()
    return told


def _model(days: list[int], renewed: int | None) -> list[int]:
    """A mail comes on a day where a rung was reached since the last run."""
    told, nearest = [], 1000
    for day in days:
        if (renewed is not None and day >= renewed) or day >= 30:
            continue
        reached = min((rung for rung in LADDER if -rung <= day), default=1000)
        if reached < nearest:
            told.append(day)
            nearest = reached
    return told


def test_somebody_whose_data_are_restricted_is_not_written_to(clock: Clock, box: Mailbox, database: Database) -> None:
    make_license(database, make_customer(database, "Acme GmbH", "ada@acme.test"))
    change(database, "UPDATE contacts SET restricted_at = now(), restriction_reason = 'disputed'")
    tally = clock.send_at(END - 7 * DAY)
    assert (tally.sent, tally.untold, box.mails) == (0, 1, [])
    change(database, "UPDATE contacts SET restricted_at = NULL, restriction_reason = NULL")
    assert clock.send_at(END - 6 * DAY).sent == 1


def test_who_has_left_by_the_vendor_s_own_day_is_not_written_to(clock: Clock, box: Mailbox, database: Database) -> None:
    make_license(database, make_customer(database, "Acme GmbH", "ada@acme.test"))
    change(database, "UPDATE affiliations SET valid_to = '2031-06-23'")
    tally = clock.send_at(END - 7 * DAY)  # the 24th has just begun in Berlin
    assert (tally.sent, tally.untold, box.mails) == (0, 1, [])
    change(database, "UPDATE affiliations SET valid_to = '2031-06-24'")
    assert clock.send_at(END - 7 * DAY).sent == 1
