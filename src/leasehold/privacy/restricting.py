"""Restriction (Art. 18 GDPR): the data are kept, and used for nothing until it is lifted."""

from sqlalchemy import func
from sqlalchemy.orm import Session

from leasehold.kit.text import clean_text
from leasehold.privacy.errors import NotRestricted, PersonErased
from leasehold.privacy.people import Person, locked_person
from leasehold.privacy.vocabulary import PersonState

LONGEST_REASON = 400


def restrict(session: Session, contact_id: int, reason: str) -> Person:
    """Hide a person from lists, search and reminders; done again it changes the reason.

    Raises `PersonNotFound`, `PersonErased` and `DomainError` `text_invalid`.
    """
    person = locked_person(session, contact_id)
    if person.state is PersonState.ERASED:
        raise PersonErased(contact_id)
    person.contact.restriction_reason = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    if person.contact.restricted_at is None:
        person.contact.restricted_at = func.clock_timestamp()
    _write(session, person)
    return person


def unrestrict(session: Session, contact_id: int) -> Person:
    """Let the data be used again. Raises `PersonNotFound` and `NotRestricted`."""
    person = locked_person(session, contact_id)
    if person.state is not PersonState.RESTRICTED:
        raise NotRestricted(contact_id)
    person.contact.restricted_at = person.contact.restriction_reason = None
    _write(session, person)
    return person


def _write(session: Session, person: Person) -> None:
    session.flush()
    session.refresh(person.contact)
