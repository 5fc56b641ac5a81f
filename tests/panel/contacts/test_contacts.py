"""The list of all contacts."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.institutions import InstitutionCard, add_institution
from leasehold.customers.models import Contact, Institution
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.privacy.restricting import restrict
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.resources.stock import ACTOR

GONE = date(2020, 1, 1)


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


@pytest.fixture(autouse=True)
def people(database: Database) -> dict[str, int]:
    """The ids of three people by their last names: two are at a clinic, the third has left a bakery."""
    eva = (Detail(DetailKind.EMAIL, "eva@klinikum.example"), Detail(DetailKind.MOBILE, "+49 170 1234567"))
    with transaction(database, ACTOR) as session:
        clinic = add_institution(session, InstitutionCard("Klinikum Süd"))
        bakery = add_institution(session, InstitutionCard("Bäckerei Ost"))
        made = [
            add_contact(session, clinic.id, ContactCard("Zander", "Eva", role="Head", is_primary=True, details=eva)),
            add_contact(session, clinic.id, ContactCard("Müller", "Jörg")),
            add_contact(session, bakery.id, ContactCard("Alt", "Uwe", valid_to=GONE)),
        ]
        return {contact.last_name: contact.id for contact in made}


def listed(client: FlaskClient, query: str = "") -> list[str]:
    """The last names in the list, in order."""
    return re.findall(r'/contacts/\d+">([^<]+)</a>', client.get(f"/contacts?{query}").text)


def test_they_are_listed_by_name_with_where_they_are_and_how_to_reach_them(sales: FlaskClient) -> None:
    assert listed(sales) == ["Alt", "Müller", "Zander"]
    page = sales.get("/contacts").text
    assert all(part in page for part in ("Klinikum Süd", "Head", "eva@klinikum.example", "+49 170 1234567"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ander", ["Zander"]),
        ("q=eva zan", ["Zander"]),
        ("q=EVA@klin", ["Zander"]),
        ("q=@", []),
        ("q=%25", []),
        ("institution=klinikum", ["Müller", "Zander"]),
        ("institution=baeckerei", ["Alt"]),
        ("institution=klinikum&q=jörg", ["Müller"]),
        ("language=en", []),
        ("sort=newest", ["Zander", "Müller", "Alt"]),
    ],
)
def test_they_are_found_by_name_address_and_institution(sales: FlaskClient, query: str, found: list[str]) -> None:
    assert listed(sales, query) == found


def test_whose_data_may_not_be_used_are_not_there(
    sales: FlaskClient, database: Database, people: dict[str, int]
) -> None:
    with transaction(database, ACTOR) as session:
        restrict(session, people["Zander"], reason="objection")
    assert listed(sales) == ["Alt", "Müller"]
    assert listed(sales, "q=zander") == listed(sales, "q=eva@") == []
    assert "Zander" not in sales.get("/contacts?format=vcf").text


def test_who_was_in_two_places_is_shown_where_they_are_now(sales: FlaskClient, database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (bakery,) = session.query(Institution.id).filter_by(name="Bäckerei Ost").one()
        (uwe,) = session.query(Contact.id).filter_by(last_name="Alt").one()
    assert sales.post("/institutions/1/contacts/known", data={"person": str(uwe)}).status_code == 303
    assert f"/institutions/1/contacts/{uwe}" in sales.get("/contacts").text
    assert f"/institutions/{bakery}/contacts/{uwe}" not in sales.get("/contacts").text


def test_they_are_exported_as_a_table_and_as_cards(sales: FlaskClient, database: Database) -> None:
    rows = sales.get("/contacts?format=csv").text.splitlines()
    assert (len(rows), "eva@klinikum.example" in rows[-1]) == (4, True)
    with transaction(database, ACTOR) as session:
        session.query(Institution).filter_by(name="Bäckerei Ost").one().do_not_contact = True
    cards = sales.get("/contacts?format=vcf").text
    assert re.findall("\nFN:(.*)\r", cards) == ["Jörg Müller", "Eva Zander"]
    assert "ORG:Klinikum Süd" in cards
