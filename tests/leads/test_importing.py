"""Files of institutions and the people in them: what is good goes in, what is wrong is told of, row by row."""

from pathlib import Path

import pytest
from sqlalchemy import select

from leasehold.customers.contacts import list_contacts
from leasehold.customers.institutions import card_of
from leasehold.customers.models import Institution
from leasehold.imports.errors import RowsRefused
from leasehold.imports.previewing import Preview
from leasehold.imports.staging import RowState
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.leads.importing.service import preview_institutions, take_institutions
from leasehold.privacy.digests import ErasedPeople, digester_of
from leasehold.privacy.erasing import erase
from tests.resources.files import Cell, spreadsheet
from tests.resources.stock import ACTOR

HEADER = "Firma;Website;USt-IdNr;Straße;Ort;Tags;Vorname;Nachname;E-Mail Kontakt;Telefon Kontakt\n"
LIST = f"""{HEADER}\
Klinikum Nord gGmbH;https://klinikum-nord.de/x;;Am Park 1;Ulm;Klinik,Nord;Ada;Lovelace;ada@klinikum-nord.de;0711 234567
Klinikum Nord gGmbH;klinikum-nord.de;;;;;Grace;Hopper;grace@klinikum-nord.de;
Müller & Söhne;;DE123456789;;;;;;;
"""
MISTAKES = {
    ";x.de": "no_name",
    "A;no domain": "no_domain",
    "A;;XX": "no_vat_id",
    "A;;;Am Park 1": "no_city",
    "A;;;;;;Ada": "no_last_name",
    "A;;;;;;;Lovelace;no address": "no_email",
    "A;;;;;;;Lovelace;;no number": "no_phone",
    "Klinikum Nord gGmbH;klinikum-nord.de;;;;;ada;lovelace": "duplicate",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LIST)
    return path


def look(database: Database, file: Path) -> Preview:
    with transaction(database, ACTOR) as session:
        return preview_institutions(session, file)


def take(database: Database, file: Path, *, good_rows_only: bool = False) -> int:
    with transaction(database, ACTOR) as session:
        preview = preview_institutions(session, file)
        return take_institutions(session, preview, good_rows_only=good_rows_only, actor=ACTOR).rows_new


def test_institutions_and_their_people_are_written_down_once(database: Database, file: Path) -> None:
    assert look(database, file).figures.of(RowState.NEW) == 3
    assert take(database, file) == 3
    with transaction(database, ACTOR) as session:
        clinic, firm = session.scalars(select(Institution).order_by(Institution.name))
        assert (clinic.name, clinic.website_domain, sorted(clinic.tags)) == (
            "Klinikum Nord gGmbH",
            "klinikum-nord.de",
            ["klinik", "nord"],
        )
        assert [line.name for line in list_contacts(session, clinic.id)] == ["Grace Hopper", "Ada Lovelace"]
        assert [(one.street, one.city) for one in card_of(session, clinic).addresses] == [("Am Park 1", "Ulm")]
        assert (firm.name, firm.vat_id) == ("Müller & Söhne", "DE123456789")
        assert clinic.stage_id is not None
    assert look(database, file).figures.of(RowState.SAME) == 3
    assert take(database, file) == 0


def test_each_mistake_is_told_with_its_row_and_nothing_is_written(database: Database, file: Path) -> None:
    file.write_text(LIST + "\n".join(MISTAKES))
    with pytest.raises(RowsRefused) as refused:
        take(database, file)
    told = [(row["row"], row["problem"]) for row in refused.value.context["rows"]]
    assert told == list(enumerate(MISTAKES.values(), 5))
    twice = "klinikum nord ggmbh, klinikum-nord.de, ada lovelace stands in row 2 already."
    assert refused.value.context["rows"][-1]["detail"] == twice
    with transaction(database, ACTOR) as session:
        assert session.scalars(select(Institution)).all() == []
    assert take(database, file, good_rows_only=True) == 3


def test_what_a_spreadsheet_has_spoilt_is_told(database: Database, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["Firma", "PLZ", "Ort", "Telefon"], ["A", 1067, "Dresden", ""], ["B", "", "", 4.9e11]]
    preview = look(database, spreadsheet(tmp_path / "leads.xlsx", rows))
    assert (preview.figures.of(RowState.WRONG), preview.figures.total) == (2, 2)


@pytest.mark.parametrize(
    ("header", "own", "hers"),
    [
        ("Firma;Nachname;E-Mail;Telefon", [], ["ada@a.example", "0711 234567"]),
        ("Firma;Nachname;E-Mail;Telefon Kontakt", ["ada@a.example"], ["0711 234567"]),
        ("Firma;Vorname;E-Mail;Telefon", ["ada@a.example", "0711 234567"], []),
    ],
)
def test_the_only_address_of_a_row_with_a_person_is_the_person_s(
    database: Database, file: Path, header: str, own: list[str], hers: list[str]
) -> None:
    """Else they could not be erased with them."""
    person = "Lovelace" if "Nachname" in header else ""
    file.write_text(f"{header}\nA;{person};ada@a.example;0711 234567\nB;;info@b.example;\n")
    assert take(database, file) == 2
    with transaction(database, ACTOR) as session:
        a, b = session.scalars(select(Institution).order_by(Institution.name))
        details = [detail.value for line in list_contacts(session, a.id) for detail in line.details]
        assert ([one.value for one in card_of(session, a).details], details) == (own, hers)
        assert [one.value for one in card_of(session, b).details] == ["info@b.example"]


def test_a_list_of_names_is_enough(database: Database, file: Path) -> None:
    file.write_text("Klinikum Nord\nKlinikum Süd\nklinikum nord\n")
    figures = look(database, file).figures
    assert (figures.of(RowState.NEW), figures.of(RowState.DUPLICATE)) == (2, 1)
    assert take(database, file, good_rows_only=True) == 2


def test_who_was_erased_does_not_come_back_with_a_file(database: Database, file: Path, tmp_path: Path) -> None:
    take(database, file)
    digester = digester_of(tmp_path)
    with transaction(database, ACTOR) as session:
        clinic = session.scalars(select(Institution).order_by(Institution.name)).first()
        assert clinic is not None
        (ada,) = [line for line in list_contacts(session, clinic.id) if line.contact.first_name == "Ada"]
        erase(session, ada.contact.id, "asked for", digester=digester)
    with transaction(database, ACTOR) as session:
        preview = preview_institutions(session, file, erased=ErasedPeople(digester))
        assert preview.figures.of(RowState.WRONG) == 1
        with pytest.raises(RowsRefused, match="a person who was erased"):
            take_institutions(session, preview, actor=ACTOR)
    file.write_text("Firma;E-Mail\nLovelace & Co;ada@klinikum-nord.de\n")
    with transaction(database, ACTOR) as session:
        preview = preview_institutions(session, file, erased=ErasedPeople(digester))
        assert preview.figures.of(RowState.WRONG) == 1, "as an address of the institution itself, too"
