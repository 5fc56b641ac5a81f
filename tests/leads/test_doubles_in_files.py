"""A file tells which of its rows may be there already, before anything is written down."""

from pathlib import Path

import pytest

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.institutions import InstitutionCard, archive_institution
from leasehold.customers.vocabulary import DetailKind
from leasehold.imports.errors import RowsRefused
from leasehold.imports.staging import RowState, problems
from leasehold.kit.database import Database
from leasehold.kit.orm import driver_connection, transaction
from leasehold.leads.duplicates.candidates import MOST_FOR_A_REASON
from leasehold.leads.importing.possible_duplicates import find_doubles
from leasehold.leads.importing.service import preview_institutions, take_institutions
from leasehold.leads.pipeline import add_lead
from tests.resources.stock import ACTOR

HEADER = "Firma;Website;USt-IdNr;E-Mail;Telefon;Nachname;E-Mail Kontakt\n"
# A row, and whom it may be, by what.
ROWS: dict[str, list[tuple[str, list[str]]]] = {
    "Mueller Maschinenbau;;;;;;": [("Müller Maschinenbau GmbH", ["name"])],
    "Maschinenbau Nord;mueller.example;;;;;": [("Müller Maschinenbau GmbH", ["domain"])],
    "Werk Süd;;;sales@MUELLER.example;;;": [("Müller Maschinenbau GmbH", ["domain"])],
    "Werk West;;;;;Hopper;grace@mueller.example": [("Müller Maschinenbau GmbH", ["domain"])],
    "Werk Ost;;;;030 / 123 45 67;;": [("Müller Maschinenbau GmbH", ["phone"])],
    "Altbau;;DE999999999;;;;": [("Put away", ["vat_id"])],
    "Praxis;;;praxis@gmail.com;;;": [],
    "Müller Maschinenbau GmbH 2;;;;;;": [],
    "Müller Maschinenbau GmbH;www.mueller.example;;;;Kay;": [],
}


@pytest.fixture
def there(database: Database) -> Database:
    with transaction(database, ACTOR) as session:
        details = (Detail(DetailKind.PHONE, "+49 30 1234567"), Detail(DetailKind.EMAIL, "info@mueller.example"))
        card = InstitutionCard(
            "Müller Maschinenbau GmbH", website_domain="www.mueller.example", vat_id="DE123456789", details=details
        )
        add_lead(session, card)
        away = add_lead(session, InstitutionCard("Put away", vat_id="DE999999999"))
        archive_institution(session, away.id)
        free = add_lead(session, InstitutionCard("Elsewhere"))
        add_contact(session, free.id, ContactCard("Kay", details=(Detail(DetailKind.EMAIL, "kay@gmail.com"),)))
    return database


@pytest.mark.parametrize("row", ROWS)
def test_a_row_tells_whom_it_may_be(there: Database, tmp_path: Path, row: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(f"{HEADER}Somebody new;;;;;;\n{row}\n")
    with transaction(there, ACTOR) as session:
        preview = preview_institutions(session, file)
        assert preview.figures.of(RowState.NEW) == 2
        doubles = find_doubles(driver_connection(session), 10)
        assert doubles.count == bool(ROWS[row])
        found = doubles.first
        assert [(one.name, list(one.reasons)) for each in found for one in each.possible_duplicates] == ROWS[row]
        assert [each.number for each in found] == [3] * bool(ROWS[row])
        assert take_institutions(session, preview, actor=ACTOR).rows_new == 2


def test_what_many_have_in_common_tells_nothing_and_few_are_told(there: Database, tmp_path: Path) -> None:
    with transaction(there, ACTOR) as session:
        for number in range(MOST_FOR_A_REASON + 1):
            add_lead(session, InstitutionCard(f"Tenant {number}", website_domain="house.example"))
    file = tmp_path / "leads.csv"
    file.write_text(f"{HEADER}Newcomer;house.example;;;;;\nMueller Maschinenbau;;;;;;\nMüller Maschinenbau AG;;;;;;\n")
    with transaction(there, ACTOR) as session:
        preview_institutions(session, file)
        doubles = find_doubles(driver_connection(session), 1)
        assert (doubles.count, [one.number for one in doubles.first]) == (2, [3])


def test_the_vat_id_of_another_is_told_with_its_row(there: Database, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    rows = (
        "Another;;DE123456789;;;;",
        "One;;DE111111111;;;;",
        "One;;DE111111111;;;Hopper;",
        "Two;;DE111111111;;;;",
        "Müller Maschinenbau GmbH;www.mueller.example;DE123456789;;;Lovelace;",
        "Altbau;;DE999999999;;;;",
    )
    file.write_text(HEADER + "\n".join(rows))
    with transaction(there, ACTOR) as session:
        preview = preview_institutions(session, file)
        told = [(one.number, one.problem) for one in problems(driver_connection(session))]
        assert told == [(2, "vat_id_of_another"), (5, "vat_id_twice")]
        with pytest.raises(RowsRefused, match="“Müller Maschinenbau GmbH” has the VAT id DE123456789"):
            take_institutions(session, preview, actor=ACTOR)
        assert take_institutions(session, preview, good_rows_only=True, actor=ACTOR).rows_new == 4
