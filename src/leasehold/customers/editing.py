"""Change and delete customers."""

import re
from dataclasses import dataclass

import idna
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.contacts import forget_if_nowhere
from leasehold.customers.errors import CustomerHasLicenses, CustomerInvalid, CustomerNotFound
from leasehold.customers.models import Affiliation, ContactDetail, Customer, Institution
from leasehold.customers.service import LONGEST_NAME, create_customer
from leasehold.customers.vocabulary import Language
from leasehold.kit.orm import check_version
from leasehold.kit.text import clean_text

LONGEST_LEGAL_FORM = 60
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_DOMAIN = 253


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """An institution as somebody wants it written down."""

    name: str
    legal_form: str | None = None
    website_domain: str | None = None
    language: Language = Language.DE


def add_customer(session: Session, card: CustomerCard) -> Customer:
    """A new customer. Raises `CustomerInvalid` and `DomainError` `text_invalid`."""
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

    Raises `CustomerNotFound`, `Stale`, `CustomerInvalid` and `DomainError` `text_invalid`.
    """
    institution = read_customer(session, customer_id).institution
    session.refresh(institution, with_for_update={"key_share": True})
    check_version(institution, version)
    _write(institution, card)
    session.flush()


def delete_customer(session: Session, customer_id: int) -> None:
    """Delete a customer with its institution and contacts, where no license ever was its.

    Raises `CustomerNotFound` and `CustomerHasLicenses`.
    """
    institution_id = read_customer(session, customer_id).institution_id
    try:
        session.execute(delete(Customer).where(Customer.id == customer_id))
    except IntegrityError as error:  # a license, a batch or a transfer refers to it
        raise CustomerHasLicenses from error
    here = Affiliation.institution_id == institution_id
    for contact_id in session.scalars(delete(Affiliation).where(here).returning(Affiliation.contact_id)).all():
        forget_if_nowhere(session, contact_id)
    session.execute(delete(ContactDetail).where(ContactDetail.institution_id == institution_id))
    session.execute(delete(Institution).where(Institution.id == institution_id))


def _write(institution: Institution, card: CustomerCard) -> None:
    institution.name = clean_text(card.name, what="The customer's name", longest=LONGEST_NAME)
    form = card.legal_form
    institution.legal_form = clean_text(form, what="The legal form", longest=LONGEST_LEGAL_FORM) if form else None
    institution.website_domain = _domain(card.website_domain) if card.website_domain else None
    institution.language = card.language.value


def _domain(text: str) -> str:
    """The domain in `text`, which may be a whole address, as DNS has it."""
    host = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rstrip(".")
    try:
        ascii_host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        ascii_host = ""
    if len(ascii_host) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(ascii_host):
        detail = f"{text[:80]!r} is not a domain: it looks like example.com."
        raise CustomerInvalid(detail, {"problem": "no_domain", "value": text[:80]})
    return ascii_host
