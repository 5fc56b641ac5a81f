"""The people in an institution, and the ways to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from leasehold.customers.errors import ContactInvalid, ContactNotFound
from leasehold.customers.models import Affiliation, Contact, ContactDetail
from leasehold.customers.vocabulary import DetailKind, Language
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.orm import check_version
from leasehold.kit.text import clean_text

LONGEST_NAME = 100
LONGEST_DETAIL = 254
MOST_DETAILS = 20


@dataclass(frozen=True, slots=True)
class Detail:
    """A way to reach somebody."""

    kind: DetailKind
    value: str


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A person in an institution as somebody wants it written down; the first detail of a kind is its primary one."""

    last_name: str
    first_name: str | None = None
    language: Language = Language.DE
    role: str | None = None
    is_primary: bool = False
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A person in an institution as it is written down."""

    contact: Contact
    affiliation: Affiliation
    details: Sequence[ContactDetail]

    @property
    def name(self) -> str:
        """First and last name."""
        return " ".join(part for part in (self.contact.first_name, self.contact.last_name) if part)


def list_contacts(session: Session, institution_id: int) -> list[ContactLine]:
    """The people in an institution, the primary contact first; nobody whose data are restricted."""
    people = session.execute(
        select(Contact, Affiliation)
        .join(Affiliation, Affiliation.contact_id == Contact.id)
        .where(Affiliation.institution_id == institution_id, Contact.restricted_at.is_(None))
        .order_by(Affiliation.is_primary.desc(), Contact.last_name, Contact.id)
    ).all()
    details: dict[int | None, list[ContactDetail]] = {}
    ids = [contact.id for contact, _ in people]
    for detail in session.scalars(
        select(ContactDetail).where(ContactDetail.contact_id.in_(ids)).order_by(ContactDetail.id)
    ):
        details.setdefault(detail.contact_id, []).append(detail)
    return [ContactLine(contact, affiliation, details.get(contact.id, [])) for contact, affiliation in people]


def find_contact(session: Session, institution_id: int, contact_id: int) -> ContactLine:
    """One person of an institution. Raises `ContactNotFound`."""
    found = [line for line in list_contacts(session, institution_id) if line.contact.id == contact_id]
    if not found:
        raise ContactNotFound
    return found[0]


def add_contact(session: Session, institution_id: int, card: ContactCard, *, erased: Erased = NOBODY_ERASED) -> Contact:
    """A new person in an institution, unless they are one of the `erased`.

    Raises `ContactInvalid`, `DomainError` `text_invalid`, and what `erased` raises.
    """
    erased.check(session, (detail.value for detail in card.details))
    contact = Contact(**_name(card))
    session.add(contact)
    session.flush()
    _leave_primary(session, institution_id, contact.id, card)
    session.add(Affiliation(institution_id=institution_id, contact_id=contact.id, **_place(card)))
    _write_details(session, contact.id, card.details)
    session.flush()
    return contact


def edit_contact(
    session: Session, institution_id: int, contact_id: int, card: ContactCard, *, version: int | None = None
) -> None:
    """Make a person, read at `version`, what `card` says.

    Raises `ContactNotFound`, `Stale`, `ContactInvalid` and `DomainError` `text_invalid`.
    """
    line = find_contact(session, institution_id, contact_id)
    contact = line.contact
    session.refresh(contact, with_for_update={"key_share": True})
    check_version(contact, version)
    _leave_primary(session, institution_id, contact_id, card)
    for row, values in ((contact, _name(card)), (line.affiliation, _place(card))):
        for name, value in values.items():
            setattr(row, name, value)
    if [(detail.kind, detail.value) for detail in line.details] != _clean_details(card.details):
        session.execute(delete(ContactDetail).where(ContactDetail.contact_id == contact_id))
        _write_details(session, contact_id, card.details)
    contact.updated_at = func.clock_timestamp()  # so that a change of place or details moves the version too
    session.flush()


def remove_contact(session: Session, institution_id: int, contact_id: int) -> None:
    """Take a person out of an institution, and away for good where they are in no other. Raises `ContactNotFound`."""
    here = (Affiliation.institution_id == institution_id, Affiliation.contact_id == contact_id)
    if session.execute(delete(Affiliation).where(*here).returning(Affiliation.contact_id)).first() is None:
        raise ContactNotFound
    forget_if_nowhere(session, contact_id)


def forget_if_nowhere(session: Session, contact_id: int) -> None:
    """Delete a person who is in no institution any more, with the ways to reach them."""
    elsewhere = select(Affiliation.contact_id).where(Affiliation.contact_id == contact_id)
    if session.execute(elsewhere.limit(1)).first() is None:
        session.execute(delete(ContactDetail).where(ContactDetail.contact_id == contact_id))
        session.execute(delete(Contact).where(Contact.id == contact_id))


def _leave_primary(session: Session, institution_id: int, contact_id: int, card: ContactCard) -> None:
    """An institution has one primary contact: whoever becomes it takes the other's place."""
    if card.is_primary:
        other = (Affiliation.institution_id == institution_id, Affiliation.contact_id != contact_id)
        session.execute(update(Affiliation).where(*other, Affiliation.is_primary).values(is_primary=False))


def _name(card: ContactCard) -> dict[str, str | bool | None]:
    first = clean_text(card.first_name, what="The first name", longest=LONGEST_NAME) if card.first_name else None
    last = clean_text(card.last_name, what="The last name", longest=LONGEST_NAME)
    return {"first_name": first, "last_name": last, "language": card.language.value}


def _place(card: ContactCard) -> dict[str, str | bool | None]:
    role = clean_text(card.role, what="The role", longest=LONGEST_NAME) if card.role else None
    return {"role": role, "is_primary": card.is_primary}


def _clean_details(details: Sequence[Detail]) -> list[tuple[str, str]]:
    if len(details) > MOST_DETAILS:
        detail = f"A contact is reached in at most {MOST_DETAILS} ways: take some away."
        raise ContactInvalid(detail, {"problem": "too_many_details", "most": MOST_DETAILS})
    return [
        (detail.kind.value, clean_text(detail.value, what="A way to reach the contact", longest=LONGEST_DETAIL))
        for detail in details
    ]


def _write_details(session: Session, contact_id: int, details: Sequence[Detail]) -> None:
    seen: set[str] = set()
    for kind, value in _clean_details(details):
        if kind == DetailKind.EMAIL and ("@" not in value or " " in value):
            detail = f"{value!r} is not an e-mail address: it looks like name@example.com."
            raise ContactInvalid(detail, {"problem": "no_email", "value": value})
        session.add(ContactDetail(contact_id=contact_id, kind=kind, value=value, is_primary=kind not in seen))
        seen.add(kind)
