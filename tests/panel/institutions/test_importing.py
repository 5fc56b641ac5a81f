"""Institutions are imported in the panel by the same pages as resources."""

from http import HTTPStatus
from pathlib import Path

import pytest
from sqlalchemy import func, select

from leasehold.customers.institutions import InstitutionCard, delete_institution
from leasehold.customers.models import Contact, Institution
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.leads.importing.service import preview_institutions, take_institutions
from leasehold.leads.pipeline import add_lead
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.sending import agree, send_file
from tests.resources.stock import ACTOR

ROWS = "Name;Website\nKlinikum Nord;klinikum-nord.de\nKlinikum Süd;kein name\n".encode()
CARDS = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BCller;Eva\r\nORG:Klinikum Nord\r\n"
    b"END:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lovelace\r\nEND:VCARD\r\n"
)


def test_a_file_is_looked_at_and_its_good_rows_are_taken(client_as: ClientAs, database: Database) -> None:
    sales = client_as(Role.SALES)
    assert "/institutions/import" in sales.get("/institutions").text
    page = str(send_file(sales, "/institutions/import", ROWS).location)
    looked = sales.get(page, headers={"Accept-Language": "de"}).text
    assert ("„kein name“ ist keine Domain" in looked, "Nur den einen guten importieren" in looked) == (True, True)
    assert agree(sales, page).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert agree(sales, page, good_rows_only="yes").location == "/institutions"
    with transaction(database, ACTOR) as session:
        assert session.scalar(select(func.count()).select_from(Institution)) == 1


def test_what_may_be_there_already_is_shown_and_can_be_imported(client_as: ClientAs, database: Database) -> None:
    with transaction(database, ACTOR) as session:
        add_lead(session, InstitutionCard("Klinikum Nord gGmbH", vat_id="DE123456789"))
    sales = client_as(Role.SALES)
    rows = b"Name;USt-IdNr\nKlinikum  NORD;\nPraxis;DE123456789\n"
    page = str(send_file(sales, "/institutions/import", rows).location)
    looked = sales.get(page).text
    assert ("May be there already" in looked, '<a href="/institutions/1">Klinikum Nord gGmbH</a>' in looked) == (
        True,
        True,
    )
    assert "has the VAT id DE123456789: look whether" in looked
    assert agree(sales, page, good_rows_only="yes").location == "/institutions"
    fresh = str(send_file(sales, "/institutions/import", b"Name\nPraxis\n").location)
    assert "May be there already" not in sales.get(fresh).text


def test_an_import_is_listed_and_reverted_with_a_reason(client_as: ClientAs, database: Database) -> None:
    sales = client_as(Role.SALES)
    page = str(send_file(sales, "/institutions/import", ROWS, "fair.csv").location)
    assert ">klinikum nord, klinikum-nord.de<" in sales.get(page).text
    agree(sales, page, good_rows_only="yes")
    assert "/institutions/imports" in sales.get("/institutions").text
    assert "/institutions/imports" in sales.get("/institutions/import").text
    revert = "/institutions/imports/1/revert"
    shown = sales.get("/institutions/imports").text
    assert ("fair.csv" in shown, revert in shown) == (True, True)
    assert "fair.csv" in sales.get(revert).text
    assert sales.post(revert, data={"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    sales.post("/institutions/1/archive")
    refused = sales.post(revert, data={"reason": "wrong list"})
    assert (refused.status_code, "(Klinikum Nord)" in refused.text) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    with transaction(database, ACTOR) as session:
        delete_institution(session, 1)
    assert sales.post(revert, data={"reason": "wrong list"}).location == "/institutions/imports"
    assert revert not in sales.get("/institutions/imports").text
    again = sales.post(revert, data={"reason": "twice"})
    assert (again.status_code, "was reverted before" in again.text) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    assert sales.get("/institutions/imports/999/revert").status_code == HTTPStatus.NOT_FOUND


def test_who_may_not_revert_an_import_sees_no_way_to(client_as: ClientAs, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "fair.csv"
    file.write_bytes(ROWS)
    with transaction(database, ACTOR) as session:
        take_institutions(session, preview_institutions(session, file), good_rows_only=True, actor=ACTOR)
    page = client_as(Role.OPERATOR).get("/institutions/imports").text
    assert ("fair.csv" in page, "/institutions/imports/1/revert" in page) == (True, False)


def test_cards_are_imported_without_a_question_about_columns(client_as: ClientAs, database: Database) -> None:
    sales = client_as(Role.SALES)
    assert ".vcf" in sales.get("/institutions/import").text
    page = str(send_file(sales, "/institutions/import", CARDS, name="contacts.vcf").location)
    looked = sales.get(page, headers={"Accept-Language": "de"}).text
    assert "Die Karte nennt keine Organisation" in looked
    assert ('name="encoding"' in looked, 'name="delimiter"' in looked, 'name="column_name"' in looked) == (
        True,
        False,
        False,
    )
    assert agree(sales, page, good_rows_only="yes").location == "/institutions"
    with transaction(database, ACTOR) as session:
        assert session.scalars(select(Contact.last_name)).all() == ["Müller"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_others_import_none(client_as: ClientAs, role: Role) -> None:
    client = client_as(role)
    assert send_file(client, "/institutions/import", ROWS).status_code == HTTPStatus.FORBIDDEN
    assert client.post("/institutions/imports/1/revert", data={"reason": "x"}).status_code == 403
