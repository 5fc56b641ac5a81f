"""vCards on their way to institutions and the people in them; and cells with several addresses, in any file."""

from pathlib import Path

import pytest
from sqlalchemy import select

from leasehold.customers.contacts import list_contacts
from leasehold.customers.details import MOST_DETAILS
from leasehold.customers.institutions import card_of
from leasehold.customers.models import Institution
from leasehold.imports.errors import FileRefused, RowsRefused
from leasehold.imports.staging import RowState, problems
from leasehold.kit.database import Database
from leasehold.kit.orm import driver_connection, transaction
from leasehold.leads.importing.service import preview_institutions
from leasehold.privacy.digests import ErasedPeople, digester_of
from leasehold.privacy.erasing import erase
from leasehold.resources.vocabulary import ResourceKind
from tests.leads.test_importing import look, take
from tests.resources import files as pools
from tests.resources.stock import ACTOR, make_pool

CLINIC = """\
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Klinikum Nord
URL:https://klinikum.example
EMAIL:info@klinikum.example
EMAIL:INFO@klinikum.example
TEL:+49 711 1000
ADR;TYPE=work:;;Am Park 1;Wien;;1010;Österreich
CATEGORIES:Klinik,Nord
END:VCARD
"""
ADA = """\
BEGIN:VCARD
VERSION:3.0
N:Lovelace;Ada;;Frau Dr.;
ORG:Klinikum Nord;IT
URL:https://klinikum.example
TITLE:Analyst
EMAIL;TYPE=work:ada@klinikum.example
EMAIL;TYPE=home,pref:ada@home.example
TEL;TYPE=cell:+49 171 2345678
TEL:+49 711 1001
END:VCARD
"""
WRONG = {
    "EMAIL:none": "no_email",
    "TEL:none": "no_phone",
    "URL:none": "no_domain",
    "ADR:;;;Ulm;;;Atlantis": "no_country",
    "ADR:;;Am Park 1;;;;": "no_city",
    "\n".join(f"TEL:+49 711 {1000 + number}" for number in range(MOST_DETAILS + 1)): "too_many_details",
    "ORG:": "no_organisation",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.vcf"
    path.write_text(CLINIC + ADA)
    return path


def ways(details: object) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in details]  # type: ignore[attr-defined]


@pytest.mark.parametrize("cards", [CLINIC + ADA, ADA + CLINIC], ids=["the institution first", "the person first"])
def test_a_card_is_an_institution_or_a_person_in_one_with_all_their_addresses(
    database: Database, file: Path, cards: str
) -> None:
    file.write_text(cards)
    assert take(database, file) == 2
    with transaction(database, ACTOR) as session:
        (clinic,) = session.scalars(select(Institution))
        card = card_of(session, clinic)
        assert (card.name, card.website_domain, card.tags) == ("Klinikum Nord", "klinikum.example", ("klinik", "nord"))
        assert ways(card.details) == [("email", "info@klinikum.example"), ("phone", "+49 711 1000")]
        assert [(one.street, one.postcode, one.city, one.country) for one in card.addresses] == [
            ("Am Park 1", "1010", "Wien", "AT")
        ]
        (ada,) = list_contacts(session, clinic.id)
        assert (ada.name, ada.contact.salutation) == ("Dr. Ada Lovelace", "ms")
        assert (ada.affiliation.role, ada.affiliation.department) == ("Analyst", "IT")
        assert sorted(ways(ada.details)) == [
            ("email", "ada@home.example"),
            ("email", "ada@klinikum.example"),
            ("mobile", "+49 171 2345678"),
            ("phone", "+49 711 1001"),
        ]
        assert next(one.value for one in ada.details if one.is_primary and one.kind == "email") == "ada@home.example"
    assert look(database, file).figures.of(RowState.SAME) == 2


@pytest.mark.parametrize("line", WRONG, ids=lambda line: WRONG[line])
def test_what_is_wrong_with_a_card_is_told_with_its_line(database: Database, file: Path, line: str) -> None:
    organisation = "" if line == "ORG:" else "ORG:A\n"
    file.write_text(f"{CLINIC}BEGIN:VCARD\nFN:Grace Hopper\n{organisation}{line}\nEND:VCARD\n{ADA}")
    with pytest.raises(RowsRefused) as refused:
        take(database, file)
    (row,) = refused.value.context["rows"]
    assert (row["row"], row["problem"]) == (CLINIC.count("\n") + 1, WRONG[line])
    assert take(database, file, good_rows_only=True) == 2


def test_who_was_erased_is_known_by_each_of_their_addresses(database: Database, file: Path, tmp_path: Path) -> None:
    take(database, file)
    digester = digester_of(tmp_path)
    with transaction(database, ACTOR) as session:
        clinic = session.scalars(select(Institution)).one()
        (ada,) = list_contacts(session, clinic.id)
        erase(session, ada.contact.id, "asked for", digester=digester)
    for line in ("EMAIL:ada@home.example", "TEL;CELL:0171/2345678", "TEL:0049 711 1001"):
        others = "EMAIL:other@klinikum.example\nTEL:+49 711 9999"
        file.write_text(f"BEGIN:VCARD\nFN:Ada King\nORG:Klinikum Nord\n{others}\n{line}\nEND:VCARD\n")
        with transaction(database, ACTOR) as session:
            preview_institutions(session, file, erased=ErasedPeople(digester))
            assert [one.problem for one in problems(driver_connection(session))] == ["person_erased"], line


def test_a_pool_takes_no_cards(database: Database, file: Path) -> None:
    pool = make_pool(database, kind=ResourceKind.PHONE)
    with pytest.raises(FileRefused, match="takes none"):
        pools.look(database, pool, file)


def test_a_cell_may_hold_several_addresses(database: Database, file: Path) -> None:
    file.write_text(
        "Firma;E-Mail;Telefon;Mobil;Nachname;E-Mail Kontakt;Telefon Kontakt;Land;Ort\n"
        'A;"a@x.example; b@x.example";"+49 30 1000, +49 30 1001;ext=5\n030 1002";0171 2345678;'
        'Hopper;"g@x.example\ng@x.example";;United Kingdom;London\n'
    )
    assert take(database, file) == 1
    with transaction(database, ACTOR) as session:
        institution = session.scalars(select(Institution)).one()
        card = card_of(session, institution)
        assert sorted(ways(card.details)) == [
            ("email", "a@x.example"),
            ("email", "b@x.example"),
            ("mobile", "0171 2345678"),
            ("phone", "+49 30 1000"),
            ("phone", "+49 30 1001;ext=5"),
            ("phone", "030 1002"),
        ]
        assert [one.country for one in card.addresses] == ["GB"]
        (grace,) = list_contacts(session, institution.id)
        assert ways(grace.details) == [("email", "g@x.example")]
