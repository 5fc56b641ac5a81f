"""What a card says of a person, and of an institution.

What is ours alone (tags, notes, consents, who looks after whom) is in no card, for cards are passed on. Ways to reach
somebody that do not work, or that they object to, are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from leasehold.customers.contacts import ContactLine
from leasehold.customers.countries import name_of_country
from leasehold.customers.models import Address, ContactDetail, Institution
from leasehold.customers.prefixes import prefix_of
from leasehold.customers.vcards.writing import address_line, text_line, write_card
from leasehold.customers.vocabulary import AddressKind, DetailKind, DetailStatus, Language, Salutation

_HEADS: Final = {
    DetailKind.EMAIL: "EMAIL;TYPE=INTERNET",
    DetailKind.PHONE: "TEL;TYPE=WORK,VOICE",
    DetailKind.MOBILE: "TEL;TYPE=CELL,VOICE",
}


@dataclass(frozen=True, slots=True)
class Place:
    """An institution with the ways to reach it."""

    institution: Institution
    details: Sequence[ContactDetail] = ()
    addresses: Sequence[Address] = ()


def card_of_institution(place: Place) -> str:
    """The institution's own card, which Apple and Google take for a company's."""
    institution = place.institution
    language = Language(institution.language)
    return write_card(
        [
            text_line("N", "", "", "", "", ""),
            text_line("FN", institution.name),
            text_line("ORG", institution.name),
            "X-ABSHOWAS:COMPANY",
            *_ways(place.details),
            *_addresses(place.addresses, language),
            *_website(institution),
            *_pages("URL", place.details),
        ]
    )


def card_of_person(line: ContactLine, place: Place) -> str:
    """A person's card, with the first address of the institution where they are."""
    contact, affiliation = line.contact, line.affiliation
    language = Language(contact.language)
    salutation = Salutation(contact.salutation) if contact.salutation else None
    prefix = prefix_of(salutation, contact.title, language)
    department = [affiliation.department] if affiliation.department else []
    return write_card(
        [
            text_line("N", contact.last_name, contact.first_name or "", "", prefix, ""),
            text_line("FN", line.name),
            text_line("ORG", place.institution.name, *department),
            *([text_line("TITLE", affiliation.role)] if affiliation.role else []),
            *_ways(line.details),
            *islice(_addresses(place.addresses, language), 1),
            *_website(place.institution),
            *_pages("URL;TYPE=HOME", line.details),  # which is not the institution's
        ]
    )


def _ways(details: Iterable[ContactDetail]) -> Iterator[str]:
    for one in _usable(details):
        head = _HEADS.get(DetailKind(one.kind))
        if head is not None:
            yield text_line(f"{head},PREF" if one.is_primary else head, one.value)


def _pages(head: str, details: Iterable[ContactDetail]) -> Iterator[str]:
    for one in _usable(details):
        if one.kind == DetailKind.WEB:
            yield address_line(head, one.value if "://" in one.value else f"https://{one.value}")


def _usable(details: Iterable[ContactDetail]) -> Iterator[ContactDetail]:
    return (one for one in details if not one.opt_out and one.status != DetailStatus.INVALID)


def _website(institution: Institution) -> list[str]:
    domain = institution.website_domain
    return [address_line("URL", f"https://{domain}")] if domain else []


def _addresses(addresses: Iterable[Address], language: Language) -> Iterator[str]:
    """The postal one first."""
    for one in sorted(addresses, key=lambda one: one.kind != AddressKind.POSTAL):
        country = name_of_country(one.country, language)
        yield text_line("ADR;TYPE=WORK", "", "", one.street or "", one.city, "", one.postcode or "", country)
