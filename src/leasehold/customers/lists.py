"""Customers found by a part of their name; what their list can be asked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from leasehold.customers.models import Customer, Institution
from leasehold.customers.vocabulary import Language
from leasehold.kit.listing import Listing, Lookup, choice
from leasehold.kit.matching import MOST_LISTED

_SHORTEST_INDEXED = 3


def customers_named(part: str, most: int) -> Select[int]:
    """The ids of customers whose name contains `part`, in any letter case; at most so many.

    Fewer than three letters must be the beginning of a word, for the index of parts knows no less. The search stands in
    a query of its own that is done first: else the planner would rather walk a whole list.
    """
    words = part.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    name = func.lower(Institution.name)
    contains = name.like(f"%{words}%")
    begins = or_(name.like(f"{words}%"), name.like(f"% {words}%"))
    wanted = contains if len(part) >= _SHORTEST_INDEXED else begins
    live = Institution.merged_into_id.is_(None)
    found = select(Institution.id).where(wanted, live).limit(most).cte("named").prefix_with("MATERIALIZED")
    return select(Customer.id).where(Customer.institution_id.in_(select(found.c.id)))


def _found_by(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
    return Customer.id.in_(customers_named(" ".join(texts), MOST_LISTED))


def _read(row: Any, _context: object) -> Customer:
    customer: Customer = row[0]
    return customer


# Sorted and named by their institutions, where the indexes are; each customer has its own.
CUSTOMERS: Listing[None, Customer] = Listing(
    name="customers",
    query=lambda _: (
        select(Customer)
        .join(Institution, Institution.id == Customer.institution_id)
        .where(Institution.merged_into_id.is_(None))
        .options(contains_eager(Customer.institution))
    ),
    read=_read,
    key=(Institution.id,),
    orders={"name": func.lower(Institution.name), "newest": None},
    default_order="name",
    conditions={"q": _found_by, "language": choice(Institution.language, list(Language))},
    lookups={"q": Lookup(customers_named, MOST_LISTED)},
)


def customers_like(session: Session, part: str, *, limit: int = 10) -> Sequence[Customer]:
    """The first customers, by name, whose name contains `part`."""
    found = select(Customer).join(Customer.institution).options(contains_eager(Customer.institution))
    found = found.where(Customer.id.in_(customers_named(part, MOST_LISTED)))
    return session.scalars(found.order_by(func.lower(Institution.name), Customer.id).limit(limit)).all()
