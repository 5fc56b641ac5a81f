"""The pages about importing institutions."""

from pathlib import Path
from typing import Final
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from sqlalchemy.orm import Session

from leasehold.imports.previewing import Preview
from leasehold.imports.tables import Choices
from leasehold.kit.orm import driver_connection
from leasehold.leads.importing import reverting, service
from leasehold.leads.importing.possible_duplicates import RowDouble, find_doubles
from leasehold.panel.context import actor, db
from leasehold.panel.imports.reverting import answer_revert
from leasehold.panel.imports.subject import LARGEST_BODY, Double, Hints, ImportSubject, RowHint
from leasehold.panel.imports.wizard import answer_preview, answer_upload
from leasehold.panel.institutions.import_table import IMPORT_TABLE
from leasehold.panel.institutions.joining_words import REASONS
from leasehold.panel.institutions.refusal_words import OF_INSTITUTIONS
from leasehold.panel.institutions.views import pages
from leasehold.panel.lists.page import answer_list
from leasehold.panel.lists.table import Link, Words
from leasehold.panel.privacy.erasure import erased_people
from leasehold.panel.rights import Right

_FORM = ("GET", "POST")
_HINTS_SHOWN = 20
_FIELDS: Final[dict[str, Words]] = {
    "name": lazy_gettext("Name of the institution"),
    "legal_form": lazy_gettext("Legal form"),
    "website": lazy_gettext("Website domain"),
    "vat_id": lazy_gettext("VAT id"),
    "email": lazy_gettext("E-mail address of the institution"),
    "phone": lazy_gettext("Phone number of the institution"),
    "mobile": lazy_gettext("Mobile number of the institution"),
    "street": lazy_gettext("Street and number"),
    "postcode": lazy_gettext("Postcode"),
    "city": lazy_gettext("City"),
    "country": lazy_gettext("Country, such as DE"),
    "language": lazy_gettext("Language"),
    "source": lazy_gettext("Source"),
    "tags": lazy_gettext("Tags"),
    "prefix": lazy_gettext("Title of the person"),
    "first_name": lazy_gettext("First name of the person"),
    "last_name": lazy_gettext("Last name of the person"),
    "role": lazy_gettext("Role"),
    "department": lazy_gettext("Department"),
    "contact_email": lazy_gettext("E-mail address of the person"),
    "contact_phone": lazy_gettext("Phone number of the person"),
    "contact_mobile": lazy_gettext("Mobile number of the person"),
}
_OF_ROWS: Final[dict[str, Words]] = {
    "no_name": lazy_gettext("The row does not say the institution's name: write it, or take the row out."),
    "no_last_name": lazy_gettext("The row says something of a person without their last name: add it."),
    "no_city": lazy_gettext("The row has an address without a city: add it."),
    "vat_id_of_another": lazy_gettext(
        "“%(name)s” has the VAT id %(vat_id)s: look whether it is the same institution, or correct the row."
    ),
    "vat_id_twice": lazy_gettext("Row %(row)s has the VAT id %(vat_id)s for another institution: correct one of them."),
    "person_erased": lazy_gettext(
        "%(value)s is of a person who was erased: leave the row out, or add them by hand if they agree."
    ),
}
_OF_CARDS: Final[dict[str, Words]] = {
    "no_organisation": lazy_gettext(
        "The card says no organisation, and everybody is written down in one: add it (ORG), or leave it out."
    ),
    "kind": lazy_gettext(
        "The card is of the kind “%(kind)s”, which is neither a person nor an organisation: take it out."
    ),
    "no_end": lazy_gettext("The card that begins in line %(line)s has no end (END:VCARD): export it anew."),
    "outside": lazy_gettext("Line %(line)s stands outside of any card: take it out, or export the cards anew."),
    "no_property": lazy_gettext(
        "Line %(line)s is no line of a vCard: it looks like FN:Ada Lovelace. Export the card anew."
    ),
    "character_set": lazy_gettext(
        "Line %(line)s is in a character set that is not known here (%(character_set)s): save the card as UTF-8."
    ),
    "card_too_long": lazy_gettext("Line %(line)s is too long, or one too many for a card: shorten it, or take it out."),
}
_OF_INSTITUTIONS: Final = {problem: words for (_code, problem), words in OF_INSTITUTIONS.items() if problem}
_SENTENCES: Final = _OF_INSTITUTIONS | _OF_ROWS | _OF_CARDS


@pages.page("/institutions/import", needs=Right.CHANGE_CUSTOMERS, methods=_FORM, largest_body=LARGEST_BODY)
def import_file() -> ResponseReturnValue:
    """Send a file of institutions."""
    return answer_upload(_subject())


@pages.page("/institutions/import/<uuid:upload_id>", needs=Right.CHANGE_CUSTOMERS, methods=_FORM)
def preview_import(upload_id: UUID) -> ResponseReturnValue:
    """Look at a file that was sent; then take it."""
    return answer_preview(_subject(), upload_id)


@pages.page("/institutions/imports", needs=Right.READ)
def list_imports() -> ResponseReturnValue:
    """All imports of institutions."""
    return answer_list(IMPORT_TABLE)


@pages.page("/institutions/imports/<int:import_id>/revert", needs=Right.CHANGE_CUSTOMERS, methods=_FORM)
def revert_import(import_id: int) -> ResponseReturnValue:
    """Ask for the reason; then take out again what an import has added."""
    made = reverting.read_import(db(), import_id)
    sentence = _(
        "The institutions that this import has made go again, and so do the people that it has added to others. "
        "If something was done with one of them since, all stay."
    )
    back = url_for("institutions.list_imports")
    return answer_revert(
        import_id, sentence, [made.file_name], back, lambda reason: reverting.revert_import(db(), import_id, reason)
    )


def _subject() -> ImportSubject:
    def preview(session: Session, path: Path, choices: Choices, file_name: str) -> Preview:
        erased = erased_people()
        return service.preview_institutions(session, path, choices, file_name=file_name, erased=erased)

    def take(session: Session, found: Preview, good_rows_only: bool) -> str:
        made = service.take_institutions(session, found, good_rows_only=good_rows_only, actor=actor())
        return str(ngettext("%(num)s row is imported.", "%(num)s rows are imported.", made.rows_new))

    return ImportSubject(
        key=service.SUBJECT,
        title=_("Import institutions"),
        help=lazy_gettext(
            "A row is an institution, perhaps with a person in it; several rows may name the same institution. The "
            "first row says what the columns are; only the name is needed. A vCard is a person in an institution, or "
            "an institution itself."
        ),
        back=url_for("institutions.list_institutions"),
        imports=url_for("institutions.list_imports"),
        upload_endpoint="institutions.import_file",
        preview_endpoint="institutions.preview_import",
        values={},
        fields=_FIELDS,
        sentences=_SENTENCES,
        backup_before="an import of institutions",
        preview=preview,
        take=take,
        takes_vcards=True,
        hints=_hints,
    )


def _hints(session: Session) -> Hints:
    doubles = find_doubles(driver_connection(session), _HINTS_SHOWN)
    return Hints(doubles.count, [_hint(one) for one in doubles.first])


def _hint(row: RowDouble) -> RowHint:
    doubles = [
        Double(
            Link(other.name, url_for("institutions.show_institution", institution_id=other.id)),
            [REASONS[reason] for reason in other.reasons],
        )
        for other in row.possible_duplicates
    ]
    return RowHint(row.number, row.given, doubles)
