"""What is written as a vCard never breaks out of its line, and an import reads it again as it was, whatever it is."""

import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasehold.customers.addresses import AddressCard
from leasehold.customers.contacts import ContactCard, ContactLine
from leasehold.customers.countries import country_of, name_of_country
from leasehold.customers.details import Detail
from leasehold.customers.institutions import InstitutionCard
from leasehold.customers.models import Address, Affiliation, Contact, ContactDetail, Institution
from leasehold.customers.normal import country_is_known
from leasehold.customers.prefixes import split_prefix
from leasehold.customers.vcards.cards import Place, card_of_institution, card_of_person
from leasehold.customers.vcards.writing import LONGEST_LINE, address_line, text_line, write_card
from leasehold.customers.vocabulary import DetailKind, DetailStatus, Language, Salutation
from leasehold.imports.opening import open_table
from leasehold.imports.tables import Choices
from leasehold.imports.vcards.lines import unfolded_lines
from leasehold.imports.vcards.properties import split_value
from leasehold.kit.errors import DomainError
from leasehold.kit.text import clean_text
from leasehold.leads.importing.rows import FIELDS, card_of, person_of, read_items

PIECES = (
    *",;:\\\"'= \t\n\r\0\x0b\x85äß",
    "\u2028",
    "\u202e",
    "א",
    "ب",
    "😀",
    "e\u0301",
    "\r\nEND:VCARD\r\n",
    "\\n",
    " " * 80,
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8"), max_size=60).map("".join)


def cleaned(text: str) -> str | None:
    """The text as the database would have it; None where it would not."""
    try:
        return clean_text(text, what="It", longest=60)
    except DomainError:
        return None


def is_title(text: str) -> bool:
    return split_prefix(text) == (None, text)


def named(text: str) -> str:
    """The text without what no name can have."""
    return cleaned("".join(sign for sign in text if unicodedata.category(sign) != "Cc")) or "x"


NAMES = TEXTS.map(named)
MAYBE = st.none() | NAMES
EMAILS = ("ada@example.com", "o'hara+x@müller.example", f"{'x' * 60}@{'y' * 60}.example")
PHONES = ("+49 30 1234567", "030 1234567;ext=12", "(030) 12 34-56 x 7")
WAYS = st.tuples(st.permutations(EMAILS), st.permutations(PHONES), st.booleans()).map(
    lambda said: (
        *(Detail(DetailKind.EMAIL, value) for value in said[0]),
        *(Detail(DetailKind.PHONE, value) for value in said[1]),
        *([Detail(DetailKind.MOBILE, "+49 171 2345678")] if said[2] else []),
    )
)
PEOPLE = st.builds(
    ContactCard,
    last_name=NAMES,
    first_name=MAYBE,
    language=st.sampled_from(Language),
    role=MAYBE,
    details=WAYS,
    salutation=st.sampled_from((None, Salutation.MS, Salutation.MR)),
    title=st.none() | NAMES.filter(is_title),
    department=MAYBE,
)
INSTITUTIONS = st.builds(
    InstitutionCard,
    name=NAMES,
    website_domain=st.sampled_from((None, "example.com", "xn--mller-kva.example")),
    language=st.sampled_from(Language),
    details=WAYS,
    addresses=st.tuples(
        st.builds(
            AddressCard,
            city=NAMES,
            country=st.sampled_from(("DE", "AT", "CI", "BA", "CD")),
            street=MAYBE,
            postcode=MAYBE,
        )
    ),
)


def rows_of(details: tuple[Detail, ...]) -> list[ContactDetail]:
    firsts = {kind: next(one for one in details if one.kind is kind) for kind in {one.kind for one in details}}
    known = {"status": DetailStatus.UNVERIFIED.value, "opt_out": False}
    return [
        ContactDetail(kind=one.kind.value, value=one.value, is_primary=firsts[one.kind] is one, **known)
        for one in details
    ]


def place_of(card: InstitutionCard) -> Place:
    institution = Institution(name=card.name, language=card.language.value, website_domain=card.website_domain)
    addresses = [
        Address(kind=one.kind.value, street=one.street, postcode=one.postcode, city=one.city, country=one.country)
        for one in card.addresses
    ]
    return Place(institution, rows_of(card.details), addresses)


def line_of(card: ContactCard) -> ContactLine:
    salutation = card.salutation.value if card.salutation else None
    names = {"first_name": card.first_name, "last_name": card.last_name, "title": card.title, "salutation": salutation}
    affiliation = Affiliation(role=card.role, department=card.department)
    return ContactLine(Contact(**names, language=card.language.value), affiliation, rows_of(card.details))


@given(person=PEOPLE, institution=INSTITUTIONS)
def test_an_import_reads_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, person: ContactCard, institution: InstitutionCard
) -> None:
    file = tmp_path_factory.getbasetemp() / "written.vcf"
    place = place_of(institution)
    file.write_bytes((card_of_institution(place) + card_of_person(line_of(person), place)).encode())
    items = list(read_items(open_table(file, FIELDS, Choices())))
    assert [item.detail for item in items] == [None, None]
    own, theirs = (item.fields or {} for item in items)
    # The language is in no card, and the institution's ways are not in those of its people.
    assert card_of(own) == replace(institution, language=Language.DE, tags=("",))
    assert person_of(own) is None
    assert card_of(theirs) == replace(institution, language=Language.DE, tags=("",), details=())
    assert person_of(theirs) == replace(person, language=Language.DE)


@given(text=TEXTS, other=TEXTS)
def test_nothing_breaks_out_of_its_line(text: str, other: str) -> None:
    card = write_card([text_line("ORG", text, other), address_line("URL", f"https://example.com/{text}")])
    assert card.endswith("\r\n")
    assert all(len(line.encode()) <= LONGEST_LINE for line in card.split("\r\n"))
    assert not {*"\r\n\0\x0b\x85\u2028"} & {*card.replace("\r\n", "")}
    lines = [line.text for line in unfolded_lines(io.StringIO(card, newline=None))]
    assert [line.partition(":")[0] for line in lines] == ["BEGIN", "VERSION", "ORG", "URL", "END"]
    parts = split_value(lines[2].partition(":")[2], ";")
    assert len(parts) == 2
    assert cleaned(text) in (None, parts[0], cleaned(parts[0]))


@pytest.mark.parametrize("language", Language)
def test_every_country_is_known_by_the_name_that_is_written(language: Language) -> None:
    codes = [f"{one}{two}" for one in map(chr, range(65, 91)) for two in map(chr, range(65, 91))]
    known = [code for code in codes if country_is_known(code)]
    assert len(known) > 200
    assert {code: country_of(name_of_country(code, language)) for code in known} == {code: code for code in known}


def test_a_card_is_what_address_books_expect() -> None:
    place = place_of(
        InstitutionCard(
            "Klinikum; Nord",
            website_domain="klinikum.example",
            addresses=(AddressCard("Köln", street="Am Park 1, Haus B", postcode="50667"),),
        )
    )
    person = ContactCard("Müller", "Eva", title="Dr.", salutation=Salutation.MS, role="IT, Betrieb", department="EDV")
    assert card_of_person(line_of(person), place) == (
        "BEGIN:VCARD\r\n"
        "VERSION:3.0\r\n"
        "N:Müller;Eva;;Frau Dr.;\r\n"
        "FN:Dr. Eva Müller\r\n"
        "ORG:Klinikum\\; Nord;EDV\r\n"
        "TITLE:IT\\, Betrieb\r\n"
        "ADR;TYPE=WORK:;;Am Park 1\\, Haus B;Köln;;50667;Deutschland\r\n"
        "URL:https://klinikum.example\r\n"
        "END:VCARD\r\n"
    )


def test_a_file_goes_on_in_the_next_line_between_characters(tmp_path: Path) -> None:
    (tmp_path / "folded.vcf").write_bytes(write_card([text_line("ORG", "ä" * 100)]).encode())
    assert b"\r\n \xc3\xa4" in (tmp_path / "folded.vcf").read_bytes()
    (item,) = read_items(open_table(tmp_path / "folded.vcf", FIELDS, Choices()))
    assert item.given == "ä" * 100
