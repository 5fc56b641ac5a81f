"""Institutions without a customer: made, found, changed, archived, deleted; what they cannot be."""

import threading
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.addresses import AddressCard
from leasehold.customers.contacts import ContactCard, add_contact, affiliate, list_places
from leasehold.customers.details import Detail
from leasehold.customers.editing import CustomerCard, add_customer, delete_customer
from leasehold.customers.errors import (
    InstitutionAmbiguous,
    InstitutionInvalid,
    InstitutionNotFound,
    InstitutionStays,
    VatIdTaken,
)
from leasehold.customers.institutions import (
    InstitutionCard,
    add_institution,
    archive_institution,
    bring_back_institution,
    card_of,
    delete_institution,
    edit_institution,
    find_institution,
    list_children,
    read_institution,
)
from leasehold.customers.models import Contact
from leasehold.customers.normal import normal_domain, normal_tags, normal_vat_id
from leasehold.customers.vocabulary import AddressKind, DetailKind, InstitutionKind
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError, Stale
from leasehold.kit.orm import transaction

ACTOR = Actor("cli:test")
FULL = InstitutionCard(
    "Klinikum Nord",
    legal_form="gGmbH",
    kind=InstitutionKind.NON_PROFIT,
    website_domain="https://www.Klinikum-Nord.example/start",
    vat_id="de 123 456 789",
    source="Fair 2026",
    tags=("Clinic", "nord", "clinic"),
    details=(Detail(DetailKind.PHONE, "030 1234567", "Reception"), Detail(DetailKind.EMAIL, "Info@Klinikum.Example")),
    addresses=(AddressCard("Berlin", "de", AddressKind.POSTAL, "Am Markt 1", "10115"),),
)


def _add(session: Session, name: str, parent: int | None = None) -> int:
    return add_institution(session, InstitutionCard(name, parent_id=parent)).id


def test_all_that_is_said_of_an_institution_is_kept_in_one_form(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = add_institution(session, FULL)
        assert (made.website_domain, made.vat_id, made.tags) == (
            "www.klinikum-nord.example",
            "DE123456789",
            ["clinic", "nord"],
        )
        assert card_of(session, made) == replace(
            FULL,
            website_domain="www.klinikum-nord.example",
            vat_id="DE123456789",
            tags=("clinic", "nord"),
            addresses=(replace(FULL.addresses[0], country="DE"),),
        )
        edit_institution(session, made.id, replace(card_of(session, made), name="Nord", details=(), addresses=()))
        assert (card_of(session, made).details, card_of(session, made).addresses) == ((), ())


def test_a_save_on_top_of_another_s_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = add_institution(session, InstitutionCard("Acme"))
        read_at = made.version
        edit_institution(session, made.id, InstitutionCard("Acme 2"), version=read_at)
        with pytest.raises(Stale):
            edit_institution(session, made.id, InstitutionCard("Acme 3"), version=read_at)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Müller & Söhne GmbH", "mueller und soehne gmbh"),
        ("Straße Śląska", "STRASSE SLASKA"),
        ("Café  Crème", "cafe-creme"),
        ("Αθήνα", "αθηνα"),
    ],
)
def test_a_name_is_found_in_any_spelling(database: Database, name: str, spelled: str) -> None:
    with transaction(database, ACTOR) as session:
        made = _add(session, name)
        assert find_institution(session, spelled).id == made
        assert find_institution(session, str(made)).id == made


def test_who_is_not_there_or_there_twice_is_said(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        ids = [_add(session, "Acme") for _ in range(2)]
        with pytest.raises(InstitutionAmbiguous) as refused:
            find_institution(session, "acme")
        assert refused.value.context["ids"] == ids
        for text in ("nobody", "99", "9" * 40):
            with pytest.raises(InstitutionNotFound):
                find_institution(session, text)


def test_nothing_stands_above_itself(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        top = _add(session, "Holding")
        middle = _add(session, "Group", top)
        low = _add(session, "Branch", middle)
        assert [child.id for child in list_children(session, top)] == [middle]
        for parent in (top, middle, low):
            with pytest.raises(InstitutionInvalid) as refused:
                edit_institution(session, top, InstitutionCard("Holding", parent_id=parent))
            assert refused.value.context["problem"] == "parent_below"
        edit_institution(session, low, InstitutionCard("Branch", parent_id=top))


def test_the_schema_refuses_a_circle_whoever_writes(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        top = _add(session, "Holding")
        low = _add(session, "Branch", _add(session, "Group", top))
    with database.connect(application="test") as connection:
        for parent in (low, top):
            ACTOR.sign(connection)
            with pytest.raises(psycopg.errors.CheckViolation) as refused:
                connection.execute("UPDATE institutions SET parent_id = %s WHERE id = %s", (parent, top))
            assert refused.value.diag.constraint_name == "institutions_no_cycle"
            connection.rollback()


def test_two_who_put_each_above_the_other_at_once_close_no_circle(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        ids = [_add(session, name) for name in ("One", "Two")]
    begun = threading.Barrier(2, timeout=10)
    refused: list[str] = []

    def put_below(institution: int, parent: int) -> None:
        begun.wait()
        try:
            with transaction(database, ACTOR) as session:
                edit_institution(session, institution, InstitutionCard("Either", parent_id=parent))
        except InstitutionInvalid as error:
            refused.append(str(error.context["problem"]))

    threads = [threading.Thread(target=put_below, args=pair) for pair in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert refused == ["parent_below"]


def test_a_vat_id_is_one_living_institution_s(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        first = add_institution(session, InstitutionCard("One", vat_id="ATU12345678"))
        with pytest.raises(VatIdTaken):
            add_institution(session, InstitutionCard("Two", vat_id="atu 1234 5678"))
        archive_institution(session, first.id)
        add_institution(session, InstitutionCard("Two", vat_id="ATU12345678"))
        with pytest.raises(VatIdTaken):
            bring_back_institution(session, first.id)
        assert read_institution(session, first.id).archived_at is not None


@pytest.mark.parametrize(
    "text", ["", "DE", "DE12345678", "12345678901", "DE12345678A", "ATU1234567", "D3123456789", "DE12345678\u0669"]
)
def test_vat_ids_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InstitutionInvalid):
        normal_vat_id(text)


@pytest.mark.parametrize(
    "text", ["localhost", "exa mple.com", "-a.com", "a..b", "1.2.3.4", "x" * 64 + ".com", "a@b.com"]
)
def test_domains_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InstitutionInvalid):
        normal_domain(text)


@pytest.mark.parametrize(
    "card",
    [
        InstitutionCard(""),
        InstitutionCard("a\nb"),
        InstitutionCard("A", tags=("x" * 41,)),
        InstitutionCard("A", tags=tuple(map(str, range(31)))),
        InstitutionCard("A", owner_id=99),
        InstitutionCard("A", parent_id=99),
        InstitutionCard("A", addresses=(AddressCard("Berlin", "Germany"),)),
        InstitutionCard("A", addresses=(AddressCard(" "),)),
        InstitutionCard("A", details=(Detail(DetailKind.PHONE, "call me"),)),
    ],
)
def test_what_cannot_be_said_is_refused_whole(database: Database, card: InstitutionCard) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(DomainError):
        add_institution(session, card)


def test_tags_are_few_and_alike() -> None:
    assert normal_tags([" VIP ", "vip", "", "a  b"]) == ["a b", "vip"]


def test_what_is_deleted_goes_with_the_people_who_are_nowhere_else(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        one, two = _add(session, "One"), _add(session, "Two", None)
        edit_institution(session, two, InstitutionCard("Two", parent_id=one))
        gone, stays = (add_contact(session, one, ContactCard(name)).id for name in ("Gone", "Stays"))
        affiliate(session, two, stays, role="Buyer")
        delete_institution(session, one)
        assert session.scalars(select(Contact.last_name)).all() == ["Stays"]
        assert [place.id for _, place in list_places(session, stays)] == [two]
        assert read_institution(session, two).parent_id is None
        assert gone != stays


def test_a_customer_s_institution_stays_until_the_customer_goes(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        customer = add_customer(session, CustomerCard("Acme"))
        with pytest.raises(InstitutionStays):
            delete_institution(session, customer.institution_id)
        delete_customer(session, customer.id)
        with pytest.raises(InstitutionNotFound):
            read_institution(session, customer.institution_id)
