"""vCards in the panel: of a person, of an institution, of all that a list lets through."""

from http import HTTPStatus

import pytest
from flask.testing import FlaskClient

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.institutions import InstitutionCard, add_institution
from leasehold.customers.models import Customer, Institution
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.resources.stock import ACTOR

VCARDS = "text/vcard; charset=utf-8"
MANY = 450


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


@pytest.fixture
def clinic(database: Database) -> str:
    """The address of an institution's page; its only contact is number 1."""
    with transaction(database, ACTOR) as session:
        made = add_institution(session, InstitutionCard("Klinikum Süd", tags=("clinic",)))
        details = (Detail(DetailKind.EMAIL, "eva@klinikum.example"),)
        add_contact(session, made.id, ContactCard("Müller", "Eva", details=details))
        session.add(Customer(institution_id=made.id))
        return f"/institutions/{made.id}"


@pytest.mark.parametrize(("page", "file"), [("", "institution-1.vcf"), ("/contacts/1", "person-1.vcf")])
def test_a_page_leads_to_its_cards(sales: FlaskClient, clinic: str, page: str, file: str) -> None:
    address = f"{clinic}{page}/vcard"
    assert address in sales.get(f"{clinic}{page}").text
    answer = sales.get(address)
    assert (answer.status_code, answer.content_type) == (HTTPStatus.OK, VCARDS)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={file}"
    assert "FN:Eva Müller\r\n" in answer.get_data(as_text=True)


def test_no_cards_are_offered_where_nobody_may_be_contacted(
    sales: FlaskClient, clinic: str, database: Database
) -> None:
    with transaction(database, ACTOR) as session:
        session.get_one(Institution, 1).do_not_contact = True
    for page in (clinic, f"{clinic}/contacts/1"):
        assert "vCard" not in sales.get(page).text
        refused = sales.get(f"{page}/vcard", headers={"Accept-Language": "de"})
        assert refused.status_code == HTTPStatus.CONFLICT
        assert "darf niemand kontaktiert werden" in refused.text


@pytest.mark.parametrize("endpoint", ["institutions", "customers"])
def test_a_list_has_the_cards_of_all_that_it_lets_through(sales: FlaskClient, clinic: str, endpoint: str) -> None:
    assert clinic
    assert "format=vcf" in sales.get(f"/{endpoint}").text
    answer = sales.get(f"/{endpoint}?q=klinikum&format=vcf")
    assert answer.content_type == VCARDS
    assert f"attachment; filename={endpoint}-" in answer.headers["Content-Disposition"]
    text = answer.get_data(as_text=True)
    assert [line for line in text.split("\r\n") if line.startswith("FN:")] == ["FN:Klinikum Süd", "FN:Eva Müller"]
    assert sales.get(f"/{endpoint}?q=nobody&format=vcf").get_data(as_text=True) == ""
    assert sales.get(f"/{endpoint}?lifecycle=x&language=x&format=vcf").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_long_list_comes_whole_and_in_its_order(sales: FlaskClient, database: Database) -> None:
    names = [f"Institution {number:03}" for number in range(MANY)]
    with transaction(database, ACTOR) as session:
        for name in names:
            add_contact(session, add_institution(session, InstitutionCard(name)).id, ContactCard(f"Of {name}"))
    text = sales.get("/institutions?format=vcf").get_data(as_text=True)
    expected = [f"FN:{said}" for name in names for said in (name, f"Of {name}")]
    assert [line for line in text.split("\r\n") if line.startswith("FN:")] == expected


def test_other_lists_have_none(sales: FlaskClient) -> None:
    assert "vCard" not in sales.get("/licenses").text
    assert sales.get("/licenses?format=vcf").mimetype == "text/html"
