from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.contacts import ContactCard, add_contact, remove_contact
from leasehold.customers.institutions import archive_institution
from leasehold.customers.service import create_customer
from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError, Stale
from leasehold.kit.listing import ListInvalid, Wanted, read_page
from leasehold.kit.orm import transaction
from leasehold.leads.activities import (
    ActivityCard,
    activities_of,
    add_activity,
    done_activities,
    edit_activity,
    finish_activity,
    open_activities,
    read_activity,
    reopen_activity,
)
from leasehold.leads.errors import ActivityDone, ActivityInvalid, ActivityNotFound
from leasehold.leads.lights import end_of_today
from leasehold.leads.lists import INSTITUTIONS, neglected_leads, read_line
from leasehold.leads.vocabulary import ActivityKind, Lifecycle, Light
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.products import create_product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.licensing.vocabulary import LicenseType
from tests.leads.leads import ACTOR, UTC, make_lead, make_member

HOUR = timedelta(hours=1)


def _evening(session: Session) -> datetime:
    return session.scalars(select(end_of_today(UTC))).one()


def _plan(session: Session, lead: int, due_at: datetime | None = None, **more: int) -> int:
    return add_activity(session, lead, ActivityCard(ActivityKind.CALL, "Call", due_at, **more), actor=ACTOR).id


def _light(session: Session, lead: int) -> Light:
    line = read_line(session, lead, UTC)
    assert line is not None
    for light in Light:  # the filter says the same
        page = read_page(session, INSTITUTIONS, Wanted({"light": [light]}), end_of_today(UTC))
        assert (lead in [row.institution.id for row in page.rows]) == (light is line.light)
    return line.light


def test_the_light_is_that_of_the_most_urgent_open_activity(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, evening = make_lead(session), _evening(session)
        assert _light(session, lead) is Light.NONE
        someday = _plan(session, lead)
        assert _light(session, lead) is Light.PLANNED
        _plan(session, lead, evening)
        assert _light(session, lead) is Light.PLANNED
        today = _plan(session, lead, evening - timedelta(microseconds=1))
        assert _light(session, lead) is Light.TODAY
        late = _plan(session, lead, evening - timedelta(days=2))
        assert _light(session, lead) is Light.LATE
        for one in (late, today, someday):
            finish_activity(session, one, actor=ACTOR)
        assert _light(session, lead) is Light.PLANNED


def test_what_is_done_is_done_once_and_can_be_opened_again(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        one = _plan(session, lead)
        finish_activity(session, one, actor=ACTOR, outcome="Calls back in May")
        with pytest.raises(ActivityDone):
            finish_activity(session, one, actor=ACTOR)
        (line,) = done_activities(session, UTC, lead)
        assert (line.activity.outcome, line.activity.done_by, line.institution) == (
            "Calls back in May",
            ACTOR.name,
            "Acme",
        )
        reopen_activity(session, one)
        assert [line.activity.id for line in open_activities(session, UTC)] == [one]
        with pytest.raises(ActivityNotFound):
            finish_activity(session, 99, actor=ACTOR)


def test_a_person_of_the_institution_is_named_and_may_go(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, other = make_lead(session), make_lead(session, "Other")
        contact = add_contact(session, lead, ContactCard("Lovelace", "Ada")).id
        one = _plan(session, lead, contact_id=contact)
        assert open_activities(session, UTC, lead)[0].person == "Ada Lovelace"
        with pytest.raises(ActivityInvalid):
            _plan(session, other, contact_id=contact)
        remove_contact(session, lead, contact)
        session.expire_all()
        assert read_activity(session, one).contact_id is None


def test_my_day_is_what_is_mine_the_most_urgent_first_and_what_i_forgot(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        me, other = make_member(session), make_member(session, "other@leasehold.test")
        lead, forgotten = make_lead(session, owner_id=me), make_lead(session, "Forgotten", owner_id=me)
        evening = _evening(session)
        someday, late, today = (
            _plan(session, lead, due, assignee_id=me)
            for due in (None, evening - 30 * HOUR, evening - timedelta(microseconds=1))
        )
        _plan(session, lead, evening, assignee_id=other)
        assert [(line.activity.id, line.light) for line in activities_of(session, UTC, me)] == [
            (late, Light.LATE),
            (today, Light.TODAY),
            (someday, Light.PLANNED),
        ]
        assert [line.institution.id for line in neglected_leads(session, UTC, me)] == [forgotten]


def test_what_cannot_be_said_of_an_activity_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        for card in (
            ActivityCard(ActivityKind.CALL, " "),
            ActivityCard(ActivityKind.CALL, "x" * 201),
            ActivityCard(ActivityKind.CALL, "Call", assignee_id=99),
            ActivityCard(ActivityKind.CALL, "Call", contact_id=99),
        ):
            with pytest.raises(DomainError):
                add_activity(session, lead, card, actor=ACTOR)
        one = _plan(session, lead)
        version = read_activity(session, one).version
        edit_activity(session, one, ActivityCard(ActivityKind.MAIL, "Write"), version=version)
        session.refresh(read_activity(session, one))
        with pytest.raises(Stale):
            edit_activity(session, one, ActivityCard(ActivityKind.MAIL, "Write"), version=version)


def test_lifecycle_follows_customers_and_their_licenses(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, away = make_lead(session, "Lead"), make_lead(session, "Away")
        archive_institution(session, away)
        buyers = [create_customer(session, name) for name in ("Fresh", "Buyer", "Former")]
        product, evening = create_product(session, "studio", name="Studio"), _evening(session)
        for customer, ends in zip(buyers[1:], (None, evening - timedelta(days=3)), strict=True):
            terms = LicenseTerms(1, 1, LicenseType.FULL, evening - timedelta(days=30), ends)
            create_licenses(session, terms, customer=customer, product=product)
        session.flush()
        assert session.query(LicenseRow).count() == 2
        expected = {
            Lifecycle.LEAD: [lead],
            Lifecycle.ARCHIVED: [away],
            Lifecycle.CUSTOMER: [buyers[1].institution_id, buyers[0].institution_id],
            Lifecycle.FORMER: [buyers[2].institution_id],
        }
        for lifecycle, ids in expected.items():
            page = read_page(session, INSTITUTIONS, Wanted({"lifecycle": [lifecycle]}), end_of_today(UTC))
            assert [row.institution.id for row in page.rows] == ids
            assert {row.lifecycle for row in page.rows} == {lifecycle}
        with pytest.raises(ListInvalid):
            read_page(session, INSTITUTIONS, Wanted({"lifecycle": ["never"]}), end_of_today(UTC))
        found = read_page(session, INSTITUTIONS, Wanted({"q": ["fo"]}), end_of_today(UTC))
        assert [row.institution.name for row in found.rows] == ["Former"]
