"""What the list of contacts can be asked: people whose data may be used, where they are, and how to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, false, func, select

from leasehold.customers.contacts import is_in_use, is_there
from leasehold.customers.models import Affiliation, Contact, ContactDetail, Institution
from leasehold.customers.named import institutions_named, people_named
from leasehold.customers.vocabulary import DetailKind, DetailStatus, Language
from leasehold.kit.listing import Listing, Lookup, choice
from leasehold.kit.matching import MOST_LISTED

_PHONES: Final = (DetailKind.PHONE, DetailKind.MOBILE)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """An institution where somebody is or was."""

    institution_id: int
    institution: str
    role: str | None
    is_there: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person, where they are first of all (None: nowhere), and their first e-mail address and number that work.

    Where they are now comes before where they were, where they are the primary contact before the other places.
    `objects`: to being written to in at least one of these ways.
    """

    contact: Contact
    place: Whereabouts | None
    email: str | None
    phone: str | None
    objects: bool


def _people(today: date) -> Select[Any]:
    # Looked up and not joined: PostgreSQL does so after sorting, for the rows of the page alone.
    place = (
        select(func.jsonb_build_array(Institution.id, Institution.name, Affiliation.role, is_there(today)))
        .join(Affiliation, Affiliation.institution_id == Institution.id)
        .where(Affiliation.contact_id == Contact.id)
        .order_by(is_there(today).desc(), Affiliation.is_primary.desc(), func.lower(Institution.name), Institution.id)
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    theirs = select(func.coalesce(func.bool_or(ContactDetail.opt_out), false()))  # EXISTS would read all details first
    objects = theirs.where(ContactDetail.contact_id == Contact.id).correlate(Contact).scalar_subquery()
    return select(Contact, place, _way(DetailKind.EMAIL), _way(*_PHONES), objects).where(is_in_use())


def _way(*kinds: DetailKind) -> Any:
    works = (ContactDetail.kind.in_(kinds), ContactDetail.status != DetailStatus.INVALID.value)
    theirs = select(ContactDetail.value).where(ContactDetail.contact_id == Contact.id, *works)
    first = theirs.order_by(ContactDetail.is_primary.desc(), ContactDetail.id).limit(1)
    return first.correlate(Contact).scalar_subquery()


def _read(row: Any, _context: object) -> PersonLine:
    return PersonLine(row[0], None if row[1] is None else Whereabouts(*row[1]), *row[2:])


def _found_by(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    return Contact.id.in_(people_named(" ".join(texts), MOST_LISTED))


def _at(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    there = Affiliation.institution_id.in_(institutions_named(" ".join(texts), MOST_LISTED))
    return Contact.id.in_(select(Affiliation.contact_id).where(there))


CONTACTS: Listing[date, PersonLine] = Listing(
    name="contacts",
    query=_people,
    read=_read,
    key=(Contact.id,),
    orders={"name": func.lower(Contact.last_name), "newest": None},
    default_order="name",
    conditions={"q": _found_by, "institution": _at, "language": choice(Contact.language, list(Language))},
    lookups={
        "q": Lookup(people_named, MOST_LISTED),
        "institution": Lookup(institutions_named, MOST_LISTED),
    },
)
