"""What the list of customers can be asked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager

from leasehold.customers.models import Customer, Institution
from leasehold.customers.named import customers_named
from leasehold.customers.vocabulary import Language
from leasehold.kit.listing import Listing, Lookup, choice
from leasehold.kit.matching import MOST_LISTED


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
