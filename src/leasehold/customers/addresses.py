"""Where institutions and people are written to and visited."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.errors import InstitutionInvalid
from leasehold.customers.models import Address
from leasehold.customers.normal import country_is_known
from leasehold.customers.vocabulary import AddressKind
from leasehold.kit.text import clean_text

LONGEST_PART = 120
MOST_ADDRESSES = 10


@dataclass(frozen=True, slots=True)
class AddressCard:
    """An address as somebody wants it written down. `country` is two letters of ISO 3166."""

    city: str
    country: str = "DE"
    kind: AddressKind = AddressKind.POSTAL
    street: str | None = None
    postcode: str | None = None


def list_addresses(session: Session, institution_id: int) -> Sequence[Address]:
    """The addresses of an institution."""
    mine = select(Address).where(Address.institution_id == institution_id)
    return session.scalars(mine.order_by(Address.id)).all()


def write_addresses(session: Session, institution_id: int, cards: Sequence[AddressCard]) -> None:
    """Make `cards` the addresses of an institution. Raises `InstitutionInvalid` and `DomainError` `text_invalid`."""
    wanted = list(dict.fromkeys(_clean(card) for card in cards))
    if len(wanted) > MOST_ADDRESSES:
        detail = f"An institution has at most {MOST_ADDRESSES} addresses: take some away."
        raise InstitutionInvalid(detail, {"problem": "too_many_addresses", "most": MOST_ADDRESSES})
    for row in list_addresses(session, institution_id):
        if card_of(row) in wanted:
            wanted.remove(card_of(row))
        else:
            session.delete(row)
    for card in wanted:
        values = {"street": card.street, "postcode": card.postcode, "city": card.city, "country": card.country}
        session.add(Address(institution_id=institution_id, kind=card.kind.value, **values))
    session.flush()


def card_of(address: Address) -> AddressCard:
    """What is written down, as a card."""
    return AddressCard(address.city, address.country, AddressKind(address.kind), address.street, address.postcode)


def _clean(card: AddressCard) -> AddressCard:
    country = card.country.strip().upper()
    if not country_is_known(country):
        detail = f"{card.country[:20]!r} is no country: write two letters such as DE."
        raise InstitutionInvalid(detail, {"problem": "no_country", "value": card.country[:20]})
    return AddressCard(
        city=clean_text(card.city, what="The city", longest=LONGEST_PART),
        country=country,
        kind=card.kind,
        street=clean_text(card.street, what="The street", longest=LONGEST_PART) if card.street else None,
        postcode=clean_text(card.postcode, what="The postcode", longest=LONGEST_PART) if card.postcode else None,
    )
