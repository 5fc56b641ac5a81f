"""People as the desk for privacy sees them: all of them, also those who are restricted or erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from leasehold.customers.models import Affiliation, Contact, ContactDetail, Institution
from leasehold.kit.matching import containing
from leasehold.privacy.errors import PersonNotFound
from leasehold.privacy.vocabulary import PersonState

PAGE: Final = 100

_INSTITUTIONS = (
    select(func.array_agg(Institution.name))
    .join(Affiliation, Affiliation.institution_id == Institution.id)
    .where(Affiliation.contact_id == Contact.id)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person, and the names of the institutions they are at."""

    contact: Contact
    institutions: Sequence[str]

    @property
    def id(self) -> int:
        """The id of the contact."""
        return self.contact.id

    @property
    def name(self) -> str:
        """First and last name; a placeholder of somebody who was erased."""
        return " ".join(part for part in (self.contact.first_name, self.contact.last_name) if part)

    @property
    def state(self) -> PersonState:
        """What may be done with their data."""
        if self.contact.erased_at is not None:
            return PersonState.ERASED
        return PersonState.IN_USE if self.contact.restricted_at is None else PersonState.RESTRICTED

    @property
    def since(self) -> datetime:
        """When they were written down."""
        return self.contact.created_at


def list_people(
    session: Session, *, part: str = "", state: PersonState | None = None, after_id: int = 0, limit: int = PAGE
) -> list[Person]:
    """One page of people by id, after `after_id`: those whose name or way to be reached contains `part`, if any."""
    query = _people().where(Contact.id > after_id)
    if part.strip():
        query = query.where(_named(part.strip()))
    if state is not None:
        query = query.where(_in_state(state))
    return [_person(row) for row in session.execute(query.order_by(Contact.id).limit(limit))]


def read_person(session: Session, contact_id: int) -> Person:
    """The person with this id. Raises `PersonNotFound`."""
    row = session.execute(_people().where(Contact.id == contact_id)).one_or_none()
    if row is None:
        raise PersonNotFound(contact_id)
    return _person(row)


def locked_person(session: Session, contact_id: int) -> Person:
    """The same, as they are now and until the transaction ends. Raises `PersonNotFound`."""
    person = read_person(session, contact_id)
    session.refresh(person.contact, with_for_update={"key_share": True})
    return person


def _people() -> Select[Any]:
    return select(Contact, _INSTITUTIONS)


def _person(row: Any) -> Person:
    return Person(row[0], sorted(row[1] or ()))


def _named(part: str) -> ColumnElement[bool]:
    pattern = containing(part)
    name = func.coalesce(Contact.first_name + " ", "") + Contact.last_name
    reached = select(ContactDetail.contact_id).where(ContactDetail.value.ilike(pattern))
    return or_(name.ilike(pattern), Contact.id.in_(reached))


def _in_state(state: PersonState) -> ColumnElement[bool]:
    match state:
        case PersonState.ERASED:
            return Contact.erased_at.is_not(None)
        case PersonState.RESTRICTED:
            return Contact.restricted_at.is_not(None)
        case PersonState.IN_USE:
            return Contact.erased_at.is_(None) & Contact.restricted_at.is_(None)
