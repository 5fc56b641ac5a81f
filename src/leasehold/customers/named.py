"""Institutions, those of them that are customers, and people, found by a part of their name."""

from sqlalchemy import ColumnElement, Select, Text, func, literal, literal_column, or_, select

from leasehold.customers.contacts import is_in_use
from leasehold.customers.models import Contact, ContactDetail, Customer, Institution
from leasehold.kit.matching import SHORTEST_PART, beginning, containing

_PERSON = func.lower(
    func.coalesce(Contact.first_name + literal_column("' '"), literal_column("''")) + Contact.last_name, type_=Text
)
"""As the index of parts of people's names has it."""


def institutions_named(part: str, most: int) -> Select[int]:
    """The ids of institutions whose name contains `part`; at most so many, and none that was merged away.

    Fewer than three letters must be the beginning of a word, for the index of parts knows no less. The search stands in
    a query of its own that is done first: else the planner would rather walk a whole list.
    """
    return _of(select(Institution.id).where(_contains(part)), most)


def customers_named(part: str, most: int) -> Select[int]:
    """The ids of customers whose name contains `part`, in the same way."""
    of_customers = select(Customer.id).join(Institution, Institution.id == Customer.institution_id)
    return _of(of_customers.where(_contains(part)), most)


def people_named(part: str, most: int) -> Select[int]:
    """The ids of people whose name contains `part`, or whose e-mail address begins with it where it has an @.

    At most so many, and none whose data may not be used.
    """
    found = select(Contact.id).where(is_in_use())
    if "@" in part:
        first, last = beginning(part.strip().lower())
        address = func.lower(ContactDetail.value, type_=Text).collate("C")
        found = found.join(ContactDetail, ContactDetail.contact_id == Contact.id)
        found = found.where(ContactDetail.kind == literal_column("'email'"), address >= first, address < last)
    else:
        found = found.where(_PERSON.like(func.lower(containing(part.strip()))))
    return _apart("people", found, most)


def _of(found: Select[int], most: int) -> Select[int]:
    return _apart("institutions", found.where(Institution.merged_into_id.is_(None)), most)


def _apart(whose: str, found: Select[int], most: int) -> Select[int]:
    ids = found.limit(most).cte(f"{whose}_named").prefix_with("MATERIALIZED")
    return select(ids.c.id)


def _contains(part: str) -> ColumnElement[bool]:
    folded = func.fold_name(part, type_=Text)
    if len(part.strip()) >= SHORTEST_PART:
        return Institution.name_folded.like(literal("%") + folded + "%")
    begins = Institution.name_folded.like(folded + "%")
    return or_(begins, Institution.name_folded.like(literal("% ") + folded + "%"))
