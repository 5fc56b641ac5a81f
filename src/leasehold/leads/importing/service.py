"""Take a file of institutions and the people in them, whole or its good rows."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leasehold.customers.contacts import add_contact
from leasehold.customers.models import Institution
from leasehold.imports.mappings import open_as_chosen, remember_columns
from leasehold.imports.opening import digest_of
from leasehold.imports.previewing import Preview, check_rows
from leasehold.imports.records import came_to
from leasehold.imports.staging import Wrong, mark_wrong, new_rows, stage
from leasehold.imports.tables import Choices
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.orm import driver_connection
from leasehold.leads.importing.known import KNOWN
from leasehold.leads.importing.rows import FIELDS, NAME, card_of, person_of, read_items, ways_of
from leasehold.leads.models import InstitutionImport, InstitutionImportAddition
from leasehold.leads.pipeline import add_lead

SUBJECT = "institutions"
# Two who import at once wait for each other, so that neither writes down what the other has.
_ONE_AT_A_TIME = func.hashtextextended("leasehold.institution_imports", 0)


def preview_institutions(
    session: Session,
    path: Path,
    choices: Choices | None = None,
    *,
    file_name: str | None = None,
    erased: Erased = NOBODY_ERASED,
) -> Preview:
    """Read the file and judge every row of it; a person who was erased makes a row wrong, and so does
    another's VAT id. Raises `FileRefused`."""
    connection = driver_connection(session)
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    chosen = choices or Choices()
    table = open_as_chosen(connection, SUBJECT, path, FIELDS, chosen)
    figures = stage(connection, read_items(table), KNOWN, {"always": True})
    gone = erased.among(session, {way for _place, fields in new_rows(connection) for way in ways_of(fields)})
    if gone:
        figures = mark_wrong(connection, list(_rows_of(connection, gone)))
    return Preview(table, figures, digest_of(path), file_name or path.name, chosen.columns)


def take_institutions(
    session: Session, preview: Preview, *, good_rows_only: bool = False, actor: Actor
) -> InstitutionImport:
    """Write down what is new, in the transaction in which the preview was made, and keep what was made.

    An institution that is there already gets the person of the row. What was said about columns is remembered.
    Unless `good_rows_only`, any wrong or doubled row stops it all: raises `RowsRefused` with every one of them. Raises
    `VatIdTaken` where somebody else has written the same VAT id down meanwhile.
    """
    connection = driver_connection(session)
    check_rows(connection, preview.figures, good_rows_only=good_rows_only)
    remember_columns(connection, SUBJECT, preview.table.header, preview.columns)
    made = InstitutionImport(**came_to(preview, good_rows_only=good_rows_only, actor=actor))
    session.add(made)
    session.flush()
    for of_people in (False, True):  # what a row says of the institution alone is what is written down of it
        for _place, fields in new_rows(connection):
            if (person_of(fields) is not None) == of_people:
                _take_row(session, made.id, fields)
    session.flush()
    return made


def _take_row(session: Session, import_id: int, fields: Mapping[str, str]) -> None:
    institution_id = _known(session, fields[NAME], fields.get("website"))
    if institution_id is None:
        institution_id = add_lead(session, card_of(fields)).id
        session.add(InstitutionImportAddition(import_id=import_id, institution_id=institution_id))
    person = person_of(fields)
    if person is not None:
        contact = add_contact(session, institution_id, person)
        addition = InstitutionImportAddition(import_id=import_id, institution_id=institution_id, contact_id=contact.id)
        session.add(addition)


def _rows_of(connection: Connection, gone: Collection[str]) -> Iterator[Wrong]:
    for place, fields in new_rows(connection):
        way = next((way for way in ways_of(fields) if way in gone), None)
        if way is not None:
            detail = f"{way} is of a person who was erased: leave the row out, or add them by hand if they agree."
            yield Wrong(place, "person_erased", detail, {"value": way})


def _known(session: Session, name: str, domain: str | None) -> int | None:
    same = (func.lower(Institution.name) == func.lower(name), Institution.merged_into_id.is_(None))
    its_domain = Institution.website_domain.is_(None) if domain is None else Institution.website_domain == domain
    return session.scalars(select(Institution.id).where(*same, its_domain).order_by(Institution.id).limit(1)).first()
