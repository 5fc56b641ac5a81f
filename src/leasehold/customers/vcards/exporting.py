"""The cards of one person, of an institution and of many; that somebody has taken one is audited.

Nobody is in them whose data are restricted or were erased; an institution that is not to be contacted has none.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.customers.contacts import ContactLine, contact_lines, find_contact, is_there
from leasehold.customers.errors import ContactUnknown, NoCard
from leasehold.customers.institutions import read_institution
from leasehold.customers.merged import check_not_merged
from leasehold.customers.models import Address, Affiliation, Contact, ContactDetail, Institution
from leasehold.customers.vcards.cards import Place, card_of_institution, card_of_person
from leasehold.settings.days import today_of

FORMAT: Final = "vcf"
"""What the format is called in the audit log, in addresses of pages, and at the end of a file's name."""


def export_person(session: Session, contact_id: int, institution_id: int | None = None) -> str:
    """The card of a person at this institution, also where they have left it; else at the first where they are now.

    Raises `InstitutionNotFound`, `ContactNotFound`, `ContactUnknown` and `NoCard`.
    """
    institution = read_institution(session, institution_id or _first_place(session, contact_id))
    line = find_contact(session, institution.id, contact_id)
    _check_contactable(institution)
    record_event(session, "export", table="contacts", row_id=str(contact_id), details={"format": FORMAT})
    return card_of_person(line, _places(session, [institution])[institution.id])


def export_institution(session: Session, institution_id: int) -> str:
    """The card of an institution, then those of the people who are there today, the primary contact first.

    Raises `InstitutionNotFound`, `InstitutionMerged` and `NoCard`.
    """
    institution = read_institution(session, institution_id)
    check_not_merged(institution)
    _check_contactable(institution)
    cards = list(cards_of(session, [institution]))
    details = {"format": FORMAT, "cards": len(cards)}
    record_event(session, "export", table="institutions", row_id=str(institution_id), details=details)
    return "".join(cards)


def cards_of(session: Session, institutions: Sequence[Institution]) -> Iterator[str]:
    """The same cards of some institutions, one after the other; whoever asks has the export audited."""
    contactable = [one for one in institutions if not one.do_not_contact]
    places, people = _places(session, contactable), _people(session, [one.id for one in contactable])
    for one in contactable:
        yield card_of_institution(places[one.id])
        for line in people.get(one.id, ()):
            yield card_of_person(line, places[one.id])


def cards_of_people(session: Session, whereabouts: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The cards of people, each as somebody of an institution (ids of both); whoever asks has the export audited."""
    theirs = tuple_(Affiliation.contact_id, Affiliation.institution_id).in_(whereabouts)
    lines = {(line.contact.id, line.affiliation.institution_id): line for line in contact_lines(session, theirs)}
    ids = {institution_id for _, institution_id in whereabouts}
    contactable = select(Institution).where(Institution.id.in_(ids), ~Institution.do_not_contact)
    places = _places(session, session.scalars(contactable).all())
    for each in whereabouts:
        if each in lines and each[1] in places:
            yield card_of_person(lines[each], places[each[1]])


def _check_contactable(institution: Institution) -> None:
    if institution.do_not_contact:
        detail = f"Nobody at {institution.name!r} may be contacted, so there are no cards for address books."
        raise NoCard(detail, {"problem": "not_to_be_contacted", "name": institution.name})


def _first_place(session: Session, contact_id: int) -> int:
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise ContactUnknown(str(contact_id))
    if contact.restricted_at is not None or contact.erased_at is not None:
        detail = f"The data of person {contact_id} are restricted or were erased, so there is no card of theirs."
        raise NoCard(detail, {"problem": "not_used", "id": contact_id})
    theirs = select(Affiliation.institution_id).join(Institution, Institution.id == Affiliation.institution_id)
    theirs = theirs.where(Affiliation.contact_id == contact_id)
    theirs = theirs.order_by(is_there(today_of(session)).desc(), func.lower(Institution.name), Institution.id)
    found = session.scalars(theirs.limit(1)).first()
    if found is None:
        detail = f"Person {contact_id} is at no institution, so there is no card of theirs: put them into one first."
        raise NoCard(detail, {"problem": "nowhere", "id": contact_id})
    return found


def _places(session: Session, institutions: Sequence[Institution]) -> dict[int, Place]:
    ids = [one.id for one in institutions]
    ways = select(ContactDetail).where(ContactDetail.institution_id.in_(ids))
    details: dict[int | None, list[ContactDetail]] = {}
    for detail in session.scalars(ways.order_by(ContactDetail.is_primary.desc(), ContactDetail.id)):
        details.setdefault(detail.institution_id, []).append(detail)
    addresses: dict[int | None, list[Address]] = {}
    for address in session.scalars(select(Address).where(Address.institution_id.in_(ids)).order_by(Address.id)):
        addresses.setdefault(address.institution_id, []).append(address)
    return {one.id: Place(one, details.get(one.id, ()), addresses.get(one.id, ())) for one in institutions}


def _people(session: Session, institution_ids: Sequence[int]) -> dict[int, list[ContactLine]]:
    """Who is at these institutions today and may be written to."""
    people: dict[int, list[ContactLine]] = {}
    for line in contact_lines(session, Affiliation.institution_id.in_(institution_ids), is_there(today_of(session))):
        people.setdefault(line.affiliation.institution_id, []).append(line)
    return people
