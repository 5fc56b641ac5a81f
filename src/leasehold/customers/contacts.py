"""The people in an institution, and the ways to reach them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.details import Detail, Owner, details_of_contacts, write_details
from leasehold.customers.errors import ContactInvalid, ContactNotFound, ContactUnknown
from leasehold.customers.models import Affiliation, Contact, ContactDetail, Institution
from leasehold.customers.vocabulary import DetailKind, Language, Salutation
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.orm import check_version
from leasehold.kit.row_ids import read_row_id
from leasehold.kit.text import clean_text

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A person in an institution as somebody wants it written down; the first detail of a kind is its primary one."""

    last_name: str
    first_name: str | None = None
    language: Language = Language.DE
    role: str | None = None
    is_primary: bool = False
    details: tuple[Detail, ...] = ()
    salutation: Salutation | None = None
    title: str | None = None
    department: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A person in an institution as it is written down."""

    contact: Contact
    affiliation: Affiliation
    details: Sequence[ContactDetail]

    @property
    def name(self) -> str:
        """Title, first and last name."""
        contact = self.contact
        return " ".join(part for part in (contact.title, contact.first_name, contact.last_name) if part)


def is_in_use() -> ColumnElement[bool]:
    """Whose data may be used: who is neither restricted nor erased."""
    return and_(Contact.restricted_at.is_(None), Contact.erased_at.is_(None))


def is_there(today: date) -> ColumnElement[bool]:
    """Which affiliations are of today, which the installation's time zone says."""
    return and_(
        or_(Affiliation.valid_from.is_(None), Affiliation.valid_from <= today),
        or_(Affiliation.valid_to.is_(None), Affiliation.valid_to >= today),
    )


def contact_lines(session: Session, *which: ColumnElement[bool]) -> list[ContactLine]:
    """The people in institutions whom conditions on `Contact` and `Affiliation` let through and whose data may be used.

    The primary contacts before the others.
    """
    people = session.execute(
        select(Contact, Affiliation)
        .join(Affiliation, Affiliation.contact_id == Contact.id)
        .where(is_in_use(), *which)
        .order_by(Affiliation.is_primary.desc(), Contact.last_name, Contact.id)
    ).all()
    details = details_of_contacts(session, {contact.id for contact, _ in people})
    return [ContactLine(contact, affiliation, details.get(contact.id, [])) for contact, affiliation in people]


def list_contacts(session: Session, institution_id: int) -> list[ContactLine]:
    """The people in an institution, the primary contact first; nobody whose data are restricted."""
    return contact_lines(session, Affiliation.institution_id == institution_id)


def find_person(session: Session, email_or_number: str) -> Contact:
    """The person with this number, or with this e-mail address, whose data may be used. Raises `ContactUnknown`."""
    text = email_or_number.strip().replace("\0", "")
    if (number := read_row_id(text)) is not None:
        found = session.scalars(select(Contact).where(Contact.id == number, is_in_use())).all()
    else:
        theirs = (ContactDetail.kind == DetailKind.EMAIL.value, func.lower(ContactDetail.value_norm) == text.lower())
        people = select(ContactDetail.contact_id).where(*theirs)
        found = session.scalars(select(Contact).where(Contact.id.in_(people), is_in_use()).limit(2)).all()
    if len(found) != 1:
        raise ContactUnknown(text[:80])
    return found[0]


def find_contact(session: Session, institution_id: int, contact_id: int) -> ContactLine:
    """One person of an institution. Raises `ContactNotFound`."""
    found = contact_lines(session, Affiliation.institution_id == institution_id, Affiliation.contact_id == contact_id)
    if not found:
        raise ContactNotFound
    return found[0]


def add_contact(session: Session, institution_id: int, card: ContactCard, *, erased: Erased = NOBODY_ERASED) -> Contact:
    """A new person in an institution, unless they are one of the `erased`.

    Raises `ContactInvalid`, `DomainError` `text_invalid`, and what `erased` raises.
    """
    contact = Contact(**_name(card))
    session.add(contact)
    session.flush()
    _leave_primary(session, institution_id, contact.id, card)
    session.add(Affiliation(institution_id=institution_id, contact_id=contact.id, **_place(card)))
    write_details(session, Owner(contact_id=contact.id), card.details, erased=erased)
    session.flush()
    return contact


def edit_contact(
    session: Session,
    institution_id: int,
    contact_id: int,
    card: ContactCard,
    *,
    version: int | None = None,
    erased: Erased = NOBODY_ERASED,
) -> None:
    """Make a person, read at `version`, what `card` says; no new way to reach them leads to one of the `erased`.

    Raises `ContactNotFound`, `Stale`, `ContactInvalid`, `DomainError` `text_invalid`, and what `erased` raises.
    """
    line = find_contact(session, institution_id, contact_id)
    contact = line.contact
    session.refresh(contact, with_for_update={"key_share": True})
    check_version(contact, version)
    _leave_primary(session, institution_id, contact_id, card)
    for row, values in ((contact, _name(card)), (line.affiliation, _place(card))):
        for name, value in values.items():
            setattr(row, name, value)
    write_details(session, Owner(contact_id=contact_id), card.details, erased=erased)
    contact.updated_at = func.clock_timestamp()  # so that a change of place or details moves the version too
    session.flush()


def list_places(session: Session, contact_id: int) -> Sequence[tuple[Affiliation, Institution]]:
    """The institutions that a person is or was in, by name."""
    places = (
        select(Affiliation, Institution)
        .join(Institution, Institution.id == Affiliation.institution_id)
        .where(Affiliation.contact_id == contact_id)
        .order_by(func.lower(Institution.name), Institution.id)
    )
    return [(row[0], row[1]) for row in session.execute(places)]


def affiliate(session: Session, institution_id: int, contact_id: int, *, role: str | None = None) -> None:
    """Put somebody who is known into a further institution. Raises `ContactNotFound` and `ContactInvalid`."""
    held = select(Contact.id).where(Contact.id == contact_id, is_in_use()).with_for_update(read=True, key_share=True)
    if session.scalars(held).one_or_none() is None:
        raise ContactNotFound
    place = _place(ContactCard("", role=role))
    put = insert(Affiliation).values(institution_id=institution_id, contact_id=contact_id, **place)
    if session.execute(put.on_conflict_do_nothing().returning(Affiliation.contact_id)).first() is None:
        raise ContactInvalid("The person is in this institution already: nothing to do.", {"problem": "there_already"})


def remove_contact(session: Session, institution_id: int, contact_id: int) -> None:
    """Take a person out of an institution, and away where nothing else needs them. Raises `ContactNotFound`."""
    here = (Affiliation.institution_id == institution_id, Affiliation.contact_id == contact_id)
    if session.execute(delete(Affiliation).where(*here).returning(Affiliation.contact_id)).first() is None:
        raise ContactNotFound
    forget_if_nowhere(session, contact_id)


def forget_if_nowhere(session: Session, contact_id: int) -> None:
    """Delete a person who is in no institution any more, with the ways to reach them.

    Not one who is restricted, nor one who has asked for something by law: the register says who it was.
    """
    elsewhere = select(Affiliation.contact_id).where(Affiliation.contact_id == contact_id)
    restricted = select(Contact.id).where(Contact.id == contact_id, Contact.restricted_at.is_not(None))
    if session.execute(elsewhere.union_all(restricted).limit(1)).first() is None:
        with suppress(IntegrityError), session.begin_nested():
            session.execute(delete(ContactDetail).where(ContactDetail.contact_id == contact_id))
            session.execute(delete(Contact).where(Contact.id == contact_id))


def _leave_primary(session: Session, institution_id: int, contact_id: int, card: ContactCard) -> None:
    """An institution has one primary contact: whoever becomes it takes the other's place, one after the other."""
    if card.is_primary:
        here = select(Institution.id).where(Institution.id == institution_id)
        session.execute(here.with_for_update(key_share=True))
        other = (Affiliation.institution_id == institution_id, Affiliation.contact_id != contact_id)
        session.execute(update(Affiliation).where(*other, Affiliation.is_primary).values(is_primary=False))


def _name(card: ContactCard) -> dict[str, Any]:
    first = clean_text(card.first_name, what="The first name", longest=LONGEST_NAME) if card.first_name else None
    return {
        "first_name": first,
        "last_name": clean_text(card.last_name, what="The last name", longest=LONGEST_NAME),
        "language": card.language.value,
        "salutation": card.salutation.value if card.salutation else None,
        "title": clean_text(card.title, what="The title", longest=LONGEST_NAME) if card.title else None,
    }


def _place(card: ContactCard) -> dict[str, Any]:
    if card.valid_from and card.valid_to and card.valid_to < card.valid_from:
        detail = "The person would leave before they come: change one of the days."
        raise ContactInvalid(detail, {"problem": "leaves_before_coming"})
    department = card.department
    return {
        "role": clean_text(card.role, what="The role", longest=LONGEST_NAME) if card.role else None,
        "is_primary": card.is_primary,
        "department": clean_text(department, what="The department", longest=LONGEST_NAME) if department else None,
        "valid_from": card.valid_from,
        "valid_to": card.valid_to,
    }
