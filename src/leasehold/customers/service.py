"""Make and find customers."""

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from leasehold.customers.errors import CustomerAmbiguous, CustomerNotFound
from leasehold.customers.institutions import LONGEST_NAME
from leasehold.customers.merged import survivor_of
from leasehold.customers.models import Customer, Institution
from leasehold.kit.row_ids import read_row_id
from leasehold.kit.text import clean_text


def create_customer(session: Session, name: str, *, language: str = "de") -> Customer:
    """A new customer together with its institution; names need not be unique.

    `language` is `de` or `en`. Raises `DomainError` `text_invalid` for a name that cannot be one.
    """
    institution = Institution(name=_clean_name(name), language=language)
    session.add(institution)
    session.flush()
    customer = Customer(institution_id=institution.id, institution=institution)
    session.add(customer)
    session.flush()
    return customer


def find_customer(session: Session, name_or_id: str) -> Customer:
    """The customer with this id, or with this name in any letter case.

    Raises `CustomerNotFound`, and `CustomerAmbiguous` where several have the name.
    """
    found = _matches(session, name_or_id)
    if not found:
        raise CustomerNotFound(name_or_id)
    if len(found) > 1:
        raise CustomerAmbiguous(name_or_id, [customer.id for customer in found])
    return found[0]


def find_or_create_customer(session: Session, name_or_id: str) -> Customer:
    """The same, but an unknown name makes a customer; two callers at once make one. An unknown id is refused.

    Raises `CustomerNotFound`, `CustomerAmbiguous`, and `DomainError` `text_invalid`.
    """
    if read_row_id(name_or_id) is not None:
        return find_customer(session, name_or_id)
    name = _clean_name(name_or_id)
    key = func.hashtextextended(func.lower(name), 0)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("leasehold.customer", key))))
    return find_customer(session, name) if _matches(session, name) else create_customer(session, name)


def list_customers(session: Session, *, after_id: int = 0, limit: int = 500) -> Sequence[Customer]:
    """One page of customers in the order of their ids, from the one after `after_id`; none that was merged away."""
    page = select(Customer).join(Customer.institution).options(contains_eager(Customer.institution))
    page = page.where(Customer.id > after_id, Institution.merged_into_id.is_(None)).order_by(Customer.id).limit(limit)
    return session.scalars(page).all()


def _matches(session: Session, name_or_id: str) -> Sequence[Customer]:
    same_name = func.lower(Institution.name) == func.lower(" ".join(name_or_id.split()))
    by_name = and_(same_name, Institution.merged_into_id.is_(None))
    number = _survivor(session, read_row_id(name_or_id))
    wanted = by_name if number is None else or_(Customer.id == number, by_name)
    query = select(Customer).join(Customer.institution).options(contains_eager(Customer.institution))
    found = session.scalars(query.where(wanted).order_by(Customer.id)).all()
    return [customer for customer in found if customer.id == number] or found


def _survivor(session: Session, customer_id: int | None) -> int | None:
    """The customer that answers for this one, where its institution was merged into another's."""
    of = select(Customer.institution_id).join(Customer.institution)
    merged = session.scalar(of.where(Customer.id == customer_id, Institution.merged_into_id.is_not(None)))
    if merged is None:
        return customer_id
    return session.scalar(select(Customer.id).where(Customer.institution_id == survivor_of(session, merged)))


def _clean_name(name: str) -> str:
    return clean_text(name, what="The customer's name", longest=LONGEST_NAME)
