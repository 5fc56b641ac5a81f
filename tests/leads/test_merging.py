"""Two institutions become one, and two again."""

import threading
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from leasehold.customers.addresses import AddressCard
from leasehold.customers.contacts import ContactCard, add_contact, affiliate, list_contacts
from leasehold.customers.details import Detail, Owner, judge_detail, list_details
from leasehold.customers.errors import CustomerNotFound, InstitutionNotFound, VatIdTaken
from leasehold.customers.institutions import (
    InstitutionCard,
    add_institution,
    archive_institution,
    edit_institution,
    list_children,
    read_institution,
)
from leasehold.customers.lists import CUSTOMERS
from leasehold.customers.merged import InstitutionMerged, survivor_of
from leasehold.customers.models import Address, Affiliation, Customer
from leasehold.customers.service import find_customer, list_customers
from leasehold.customers.vocabulary import DetailKind, DetailStatus
from leasehold.kit.database import Database, Role
from leasehold.kit.errors import DomainError, Stale
from leasehold.kit.listing import Wanted, read_page
from leasehold.kit.orm import engine_of, transaction
from leasehold.leads.activities import ActivityCard, add_activity, open_activities
from leasehold.leads.converting import TestLicense, convert, customer_of
from leasehold.leads.duplicates.lists import list_pairs
from leasehold.leads.duplicates.work_list import possible_duplicates
from leasehold.leads.merging.errors import FieldUnknown, MergeRefused, NotMerged, UnmergeRefused
from leasehold.leads.merging.fields import Side
from leasehold.leads.merging.references import TO_CUSTOMERS, TO_INSTITUTIONS, Reference
from leasehold.leads.merging.service import Versions, merge_institutions, preview_merge
from leasehold.leads.merging.undoing import merge_in_force, merges_into, undo_merge
from leasehold.leads.models import Activity
from leasehold.leads.notes import add_note, list_notes
from leasehold.leads.pipeline import add_lead, stays_of
from leasehold.leads.vocabulary import ActivityKind
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.products import create_product, find_product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.licensing.transfers import transfer_license
from tests.conftest import FreshDatabase
from tests.leads.leads import ACTOR, make_lead

ZONE = ZoneInfo("UTC")
FOREIGN_KEYS = """
SELECT c.conname, c.conrelid::regclass::text, a.attname
  FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
 WHERE c.contype = 'f' AND c.confrelid = :table ::regclass
"""


def _card(name: str, **more: Any) -> InstitutionCard:
    return InstitutionCard(name, **more)


def _lead(session: Session, name: str, **more: Any) -> int:
    return add_lead(session, _card(name, **more)).id


def _merge(session: Session, loser: int, winner: int, **keep: Side) -> None:
    merge_institutions(session, loser, winner, actor=ACTOR, keep=keep)


def _refused(error: type[DomainError], act: Any) -> Any:
    with pytest.raises(error) as refused:
        act()
    return refused.value.context.get("problem")


@pytest.mark.parametrize(("table", "declared"), [("institutions", TO_INSTITUTIONS), ("customers", TO_CUSTOMERS)])
def test_no_reference_is_forgotten(database: Database, table: str, declared: tuple[Reference, ...]) -> None:
    with engine_of(database).connect() as connection:
        there = {tuple(row) for row in connection.execute(text(FOREIGN_KEYS), {"table": table})}
    assert {(one.name, one.table, one.column) for one in declared} == there


def test_all_that_belongs_to_the_loser_moves_and_comes_back(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    phone, mail = Detail(DetailKind.PHONE, "030 1234567"), Detail(DetailKind.EMAIL, "info@acme.example")
    home = AddressCard("Berlin", street="Street 1")
    with transaction(panel, ACTOR) as session:
        loser = _lead(session, "Acme GmbH", details=(phone, mail), addresses=(home, AddressCard("Ulm")), tags=("a",))
        winner = _lead(session, "Acme", details=(phone,), addresses=(home,), tags=("b",), website_domain="acme.example")
        child = _lead(session, "Acme Labs", parent_id=loser)
        ada = add_contact(session, loser, ContactCard("Lovelace", is_primary=True)).id
        both = add_contact(session, loser, ContactCard("Hopper")).id
        affiliate(session, winner, both)
        grace = add_contact(session, winner, ContactCard("Noether", is_primary=True)).id
        add_activity(session, loser, ActivityCard(ActivityKind.CALL, "Call", None), actor=ACTOR)
        add_note(session, loser, "Noted", actor=ACTOR)
        possible_duplicates(session, loser)
        before = _picture(session, loser), _picture(session, winner)

        preview = preview_merge(session, loser, winner)
        moves = {
            "institutions": 1,
            "affiliations": 1,
            "contact_details": 1,
            "addresses": 1,
            "activities": 1,
            "institution_notes": 1,
        }
        assert preview.moves == moves
        assert preview.stays == {"affiliations": 1, "contact_details": 1, "addresses": 1}
        _merge(session, loser, winner)
        assert [one.id for one in list_children(session, winner)] == [child]
        people = {line.contact.id: line.affiliation.is_primary for line in list_contacts(session, winner)}
        assert people == {ada: False, both: False, grace: True}
        assert {one.value for one in list_details(session, Owner(institution_id=winner))} == {phone.value, mail.value}
        assert len(open_activities(session, ZONE, winner)) == len(list_notes(session, winner)) == 1
        assert read_institution(session, winner).tags == ["a", "b"]
        assert (survivor_of(session, loser), survivor_of(session, winner), survivor_of(session, 99)) == (
            winner,
            winner,
            None,
        )
        assert [merge.loser_id for merge, _name in merges_into(session, winner)] == [loser]
        assert len(list_pairs(session)) == 0

        undo_merge(session, loser, actor=ACTOR)
        assert (_picture(session, loser), _picture(session, winner)) == before
        assert (merge_in_force(session, loser), survivor_of(session, loser)) == (None, loser)
        assert _refused(NotMerged, lambda: undo_merge(session, loser, actor=ACTOR)) is None
    engine_of(panel).dispose()


def _picture(session: Session, institution_id: int) -> list[Any]:
    session.expire_all()
    affiliations = select(Affiliation.contact_id, Affiliation.is_primary).where(
        Affiliation.institution_id == institution_id
    )
    addresses = select(Address.city).where(Address.institution_id == institution_id)
    row = read_institution(session, institution_id)
    return [
        (row.name, row.website_domain, row.tags, row.stage_id, row.merged_into_id),
        [tuple(one) for one in session.execute(affiliations.order_by(Affiliation.contact_id))],
        [(one.value, one.is_primary) for one in list_details(session, Owner(institution_id=institution_id))],
        list(session.scalars(addresses.order_by(Address.city))),
        [one.id for one in list_children(session, institution_id)],
        len(open_activities(session, ZONE, institution_id)),
        len(list_notes(session, institution_id)),
        len(stays_of(session, institution_id)),
    ]


def test_fields_are_those_of_the_winner_unless_it_has_none_or_one_says_otherwise(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        loser = _lead(session, "Acme GmbH", vat_id="DE123456789", source="Fair", do_not_contact=True, tags=("a",))
        winner = _lead(session, "Acme", source="Web", tags=("b",))
        _merge(session, loser, winner, name=Side.LOSER, tags=Side.WINNER)
        row = read_institution(session, winner)
        assert (row.name, row.vat_id, row.source, row.do_not_contact, row.tags) == (
            "Acme GmbH",
            "DE123456789",
            "Web",
            True,
            ["b"],
        )
        edit_institution(session, winner, _card("Acme SE", vat_id="DE123456789", source="Web"))
        undo_merge(session, loser, actor=ACTOR)
        row = read_institution(session, winner)
        assert (row.name, row.vat_id, row.do_not_contact) == ("Acme SE", None, False)  # a later name stays
        assert read_institution(session, loser).vat_id == "DE123456789"
        _refused(FieldUnknown, lambda: _merge(session, loser, winner, colour=Side.LOSER))


def test_a_lead_in_the_place_of_a_customer_becomes_that_customer(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        loser, winner = _lead(session, "Acme GmbH"), _lead(session, "Acme")
        stage = read_institution(session, winner).stage_id
        customer = convert(session, loser, test_license=TestLicense(create_product(session, "studio"))).customer.id
        _merge(session, loser, winner)
        session.expire_all()
        moved = customer_of(session, winner)
        assert moved is not None
        assert (moved.id, customer_of(session, loser)) == (customer, None)
        assert read_institution(session, winner).stage_id == read_institution(session, loser).stage_id
        undo_merge(session, loser, actor=ACTOR)
        session.expire_all()
        assert customer_of(session, winner) is None
        assert read_institution(session, winner).stage_id == stage


def test_of_two_customers_the_licenses_move_even_two_test_licenses(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    with transaction(panel, ACTOR) as session:
        studio = create_product(session, "studio")
        loser, winner = _lead(session, "Acme GmbH"), _lead(session, "Acme")
        losing, winning = (convert(session, one, test_license=TestLicense(studio)).customer for one in (loser, winner))
        create_licenses(session, LicenseTerms(1, 1), customer=losing, product=studio, count=2)
        since = losing.since
        assert preview_merge(session, loser, winner).moves["licenses"] == 3
        _merge(session, loser, winner)
        owners = select(LicenseRow.customer_id, func.count()).group_by(LicenseRow.customer_id)
        assert [tuple(row) for row in session.execute(owners)] == [(winning.id, 4)]
        assert session.get_one(Customer, winning.id).since == since
        with pytest.raises(CustomerNotFound):
            find_customer(session, "Acme GmbH")
        assert find_customer(session, str(losing.id)).id == winning.id
        assert [one.id for one in list_customers(session)] == [winning.id]
        assert [one.id for one in read_page(session, CUSTOMERS, Wanted(), None).rows] == [winning.id]
        undo_merge(session, loser, actor=ACTOR)
        session.expire_all()
        assert dict(session.execute(owners).all()) == {losing.id: 3, winning.id: 1}
        assert session.scalars(select(LicenseRow.further_test_reason).distinct()).all() == [None]
        assert session.get_one(Customer, winning.id).since > since
    engine_of(panel).dispose()


def test_what_cannot_be_merged(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        one, other, third = (_lead(session, name) for name in ("One", "Other", "Third"))
        assert _refused(MergeRefused, lambda: _merge(session, one, one)) == "into_itself"
        _refused(InstitutionNotFound, lambda: _merge(session, one, 99))
        archive_institution(session, third)
        assert _refused(MergeRefused, lambda: _merge(session, one, third)) == "winner_archived"
        versions = Versions(read_institution(session, one).version, 7)
        _refused(Stale, lambda: merge_institutions(session, one, other, actor=ACTOR, versions=versions))
        _merge(session, one, other)
        for loser, winner in ((one, other), (other, one), (one, third)):
            _refused(InstitutionMerged, lambda loser=loser, winner=winner: _merge(session, loser, winner))
        _refused(InstitutionMerged, lambda: edit_institution(session, one, _card("New")))


def test_parents_never_become_a_circle(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        top = _lead(session, "Top")
        mother = _lead(session, "Mother", parent_id=top)
        daughter = _lead(session, "Daughter", parent_id=mother)
        grandchild = _lead(session, "Grandchild", parent_id=daughter)
        assert _refused(MergeRefused, lambda: _merge(session, mother, grandchild)) == "winner_below"
        assert _refused(MergeRefused, lambda: preview_merge(session, mother, grandchild)) == "winner_below"
        refused = _refused(MergeRefused, lambda: _merge(session, daughter, mother, parent_id=Side.LOSER))
        assert refused == "parent_below"
        _merge(session, mother, daughter)  # the mother goes, the daughter takes her place
        assert read_institution(session, daughter).parent_id == top
        assert read_institution(session, grandchild).parent_id == daughter
        undo_merge(session, mother, actor=ACTOR)
        assert read_institution(session, daughter).parent_id == mother
        _merge(session, daughter, mother)
        assert read_institution(session, grandchild).parent_id == mother


def test_a_merge_that_would_be_a_circle_by_now_stays(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        top = _lead(session, "Top")
        loser = _lead(session, "Loser", parent_id=top)
        winner = _lead(session, "Winner", parent_id=loser)
        _merge(session, loser, winner)
        edit_institution(session, winner, _card("Winner"))
        edit_institution(session, top, _card("Top", parent_id=winner))
        undo_merge(session, loser, actor=ACTOR)  # the winner's parent was changed since, and stays so
        assert read_institution(session, winner).parent_id is None


def test_what_is_too_late_or_has_gone_on_stays_merged(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        studio = create_product(session, "studio")
        loser, winner, third = (_lead(session, name) for name in ("Loser", "Winner", "Third"))
        losing, _, others = (convert(session, one).customer for one in (loser, winner, third))
        (key,) = create_licenses(session, LicenseTerms(1, 1), customer=losing, product=studio)
        _merge(session, loser, winner)
        transfer_license(session, key, to=others, reason="Sold", actor=ACTOR)
        assert _refused(UnmergeRefused, lambda: undo_merge(session, loser, actor=ACTOR)) == "moved_on"
        _merge(session, winner, third)
        assert survivor_of(session, loser) == third
        assert _refused(UnmergeRefused, lambda: undo_merge(session, loser, actor=ACTOR)) == "winner_merged"
        undo_merge(session, winner, actor=ACTOR)
        session.execute(
            text("UPDATE institution_merges SET created_at = created_at - :time"), {"time": timedelta(days=30)}
        )
        session.expire_all()
        assert _refused(UnmergeRefused, lambda: undo_merge(session, loser, actor=ACTOR)) == "too_late"
        _refused(NotMerged, lambda: undo_merge(session, third, actor=ACTOR))


def test_what_only_one_can_have_has_gone_to_a_third(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        loser, winner = _lead(session, "Loser", vat_id="DE123456789"), _lead(session, "Winner", vat_id="DE987654321")
        _merge(session, loser, winner)
        add_institution(session, _card("Third", vat_id="DE123456789"))
        _refused(VatIdTaken, lambda: undo_merge(session, loser, actor=ACTOR))
        assert read_institution(session, loser).merged_into_id == winner


def test_two_who_merge_crosswise_at_once_make_one_merge(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        one, other = _lead(session, "One"), _lead(session, "Other")
    outcomes = _at_once(database, lambda s: _merge(s, one, other), lambda s: _merge(s, other, one))
    assert sorted(outcomes) == ["done", "institution_merged"]


def test_who_edits_while_it_is_merged_is_told(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        loser, winner = _lead(session, "Loser"), _lead(session, "Winner")
    with transaction(database, ACTOR) as session:
        _merge(session, loser, winner)
        outcomes: list[str] = []
        act = threading.Thread(
            target=lambda: outcomes.extend(_at_once(database, lambda s: edit_institution(s, loser, _card("New"))))
        )
        act.start()
        _wait_for_a_lock(session)
        session.commit()
        act.join(timeout=60)
    assert outcomes == ["institution_merged"]


def test_what_is_written_for_the_loser_meanwhile_comes_to_the_winner(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        loser, winner = make_lead(session, "Loser"), make_lead(session, "Winner")
    with transaction(database, ACTOR) as session:
        _merge(session, loser, winner)
        card = ActivityCard(ActivityKind.CALL, "Call", None)
        outcomes: list[str] = []
        act = threading.Thread(
            target=lambda: outcomes.extend(_at_once(database, lambda s: add_activity(s, loser, card, actor=ACTOR)))
        )
        act.start()
        _wait_for_a_lock(session)
        session.commit()
        act.join(timeout=60)
    with transaction(database, ACTOR) as session:
        assert session.scalars(select(Activity.institution_id)).all() == [winner]


@pytest.mark.parametrize("transferred", [False, True])
def test_a_license_made_for_the_loser_meanwhile_is_the_winner_s(
    fresh_database: FreshDatabase, transferred: bool
) -> None:
    database = fresh_database.as_role(Role.PANEL)
    with transaction(database, ACTOR) as session:
        product = create_product(session, "app")
        loser, winner, third = (convert(session, make_lead(session, name)).customer for name in ("Old", "New", "Third"))
        terms = LicenseTerms(device_limit=1, concurrent_sessions_limit=1)
        key = create_licenses(session, terms, customer=third, product=product)[0]

    def give(session: Session) -> None:
        if transferred:
            transfer_license(session, key, to=session.get_one(Customer, loser.id), reason="Sold", actor=ACTOR)
        else:
            customer = session.get_one(Customer, loser.id)
            create_licenses(session, terms, customer=customer, product=find_product(session, "app"))

    with transaction(database, ACTOR) as session:
        _merge(session, loser.institution_id, winner.institution_id)
        outcomes: list[str] = []
        act = threading.Thread(target=lambda: outcomes.extend(_at_once(database, give)))
        act.start()
        _wait_for_a_lock(session)
        session.commit()
        act.join(timeout=60)
    assert outcomes == ["done"]
    with transaction(database, ACTOR) as session:
        owners = session.scalars(select(LicenseRow.customer_id).order_by(LicenseRow.id)).all()
        assert owners == ([winner.id] if transferred else [third.id, winner.id])


@pytest.mark.parametrize("status", ["verified", "unverified"])
def test_an_objection_to_what_both_have_is_the_winner_s_too(database: Database, status: str) -> None:
    mail = Detail(DetailKind.EMAIL, "info@acme.example")
    phone = Detail(DetailKind.PHONE, "+49 30 1234567")
    with transaction(database, ACTOR) as session:
        loser, winner = (_lead(session, name, details=(mail, phone)) for name in ("Loser", "Winner"))
        for owner, verdicts in (
            (Owner(institution_id=loser), ((DetailStatus.VERIFIED, True), (DetailStatus.INVALID, False))),
            (Owner(institution_id=winner), ((DetailStatus(status), False), (DetailStatus(status), False))),
        ):
            for one, (verdict, opt_out) in zip(list_details(session, owner), verdicts, strict=True):
                judge_detail(session, owner, one.id, status=verdict, opt_out=opt_out, consent=None)

        def known() -> list[tuple[str, str, bool]]:
            mine = list_details(session, Owner(institution_id=winner))
            return sorted((one.kind, one.status, one.opt_out) for one in mine)

        _merge(session, loser, winner)
        assert known() == [("email", status, True), ("phone", "invalid", False)]
        undo_merge(session, loser, actor=ACTOR)
        assert known() == [("email", status, False), ("phone", status, False)]


def test_a_merge_takes_no_objection_away(database: Database) -> None:
    mail = Detail(DetailKind.EMAIL, "info@acme.example")
    with transaction(database, ACTOR) as session:
        loser, winner = (_lead(session, name, details=(mail,)) for name in ("Loser", "Winner"))
        owner = Owner(institution_id=winner)
        mine = list_details(session, owner)[0]
        judge_detail(session, owner, mine.id, status=DetailStatus.INVALID, opt_out=True, consent=None)
        _merge(session, loser, winner)
        undo_merge(session, loser, actor=ACTOR)
        session.refresh(mine)
        assert (mine.status, mine.opt_out) == ("invalid", True)


def _wait_for_a_lock(session: Session) -> None:
    """Until somebody waits for what this session holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
    for _ in range(3000):
        if session.scalar(waiting):
            return
        session.execute(text("SELECT pg_sleep(0.01)"))
    pytest.fail("nobody has waited")


def _at_once(database: Database, *acts: Any) -> list[str]:
    """What became of each act, all begun at once in transactions of their own."""
    together, outcomes = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        try:
            with transaction(database, ACTOR) as session:
                together.wait(timeout=30)
                act(session)
            outcomes.append("done")
        except DomainError as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
