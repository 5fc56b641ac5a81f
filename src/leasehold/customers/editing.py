"""Change and delete customers."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.errors import CustomerHasLicenses, CustomerNotFound
from leasehold.customers.institutions import LONGEST_LEGAL_FORM, LONGEST_NAME, delete_institution
from leasehold.customers.models import Customer, Institution
from leasehold.customers.normal import normal_domain
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import Language
from leasehold.kit.orm import check_version
from leasehold.kit.text import clean_text


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """An institution as somebody wants it written down."""

    name: str
    legal_form: str | None = None
    website_domain: str | None = None
    language: Language = Language.DE


def add_customer(session: Session, card: CustomerCard) -> Customer:
    """A new customer. Raises `InstitutionInvalid` and `DomainError` `text_invalid`."""
    customer = create_customer(session, card.name, language=card.language.value)
    _write(customer.institution, card)
    session.flush()
    return customer


def read_customer(session: Session, customer_id: int) -> Customer:
    """The customer with this id. Raises `CustomerNotFound`."""
    customer = session.scalars(select(Customer).where(Customer.id == customer_id)).one_or_none()
    if customer is None:
        raise CustomerNotFound(str(customer_id))
    return customer


def edit_customer(session: Session, customer_id: int, card: CustomerCard, *, version: int | None = None) -> None:
    """Make the institution of a customer, read at `version`, what `card` says.

    Raises `CustomerNotFound`, `Stale`, `InstitutionInvalid` and `DomainError` `text_invalid`.
    """
    institution = read_customer(session, customer_id).institution
    session.refresh(institution, with_for_update={"key_share": True})
    check_version(institution, version)
    _write(institution, card)
    session.flush()


def delete_customer(session: Session, customer_id: int) -> None:
    """Delete a customer with its institution and contacts, where no license ever was its.

    Raises `CustomerNotFound`, `CustomerHasLicenses` and `InstitutionStays`.
    """
    institution_id = read_customer(session, customer_id).institution_id
    try:
        session.execute(delete(Customer).where(Customer.id == customer_id))
    except IntegrityError as error:  # a license, a batch or a transfer refers to it
        raise CustomerHasLicenses from error
    delete_institution(session, institution_id)


def _write(institution: Institution, card: CustomerCard) -> None:
    institution.name = clean_text(card.name, what="The customer's name", longest=LONGEST_NAME)
    form = card.legal_form
    institution.legal_form = clean_text(form, what="The legal form", longest=LONGEST_LEGAL_FORM) if form else None
    institution.website_domain = normal_domain(card.website_domain) if card.website_domain else None
    institution.language = card.language.value
