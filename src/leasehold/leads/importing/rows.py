"""How a row of a file is read: which institution it is about, perhaps with a person in it, or what is wrong with it.

A row is the same as another where both name the same institution (its name in any letter case, and its domain) and the
same person or none.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from leasehold.customers.addresses import LONGEST_PART, AddressCard
from leasehold.customers.contacts import LONGEST_NAME as LONGEST_PERSON_NAME
from leasehold.customers.contacts import ContactCard
from leasehold.customers.countries import country_of
from leasehold.customers.details import LONGEST_DETAIL, Detail, check_how_many
from leasehold.customers.errors import InstitutionInvalid
from leasehold.customers.institutions import LONGEST_LEGAL_FORM, LONGEST_NAME, LONGEST_SOURCE, InstitutionCard
from leasehold.customers.normal import normal_detail, normal_domain, normal_tags, normal_vat_id
from leasehold.customers.prefixes import split_prefix
from leasehold.customers.vocabulary import DetailKind, Language
from leasehold.imports.spoilt_cells import item_of_spoilt
from leasehold.imports.staging import Item
from leasehold.imports.tables import Fields, Row, Spoilt, Table
from leasehold.kit.errors import DomainError
from leasehold.kit.text import clean_text

NAME: Final = "name"
_TITLES: Final[dict[str, tuple[str, ...]]] = {
    NAME: ("name", "institution", "organisation", "organization", "company", "firma", "unternehmen", "kunde"),
    "legal_form": ("legal form", "legal_form", "rechtsform"),
    "website": ("website", "website_domain", "website domain", "domain", "web", "url", "homepage", "webseite"),
    "vat_id": ("vat id", "vat_id", "vat number", "ust-id", "ust-idnr", "ust-idnr.", "ustid", "umsatzsteuer-id"),
    "email": ("email", "e-mail", "mail", "e-mail address", "e-mail-adresse"),
    "phone": ("phone", "telephone", "telefon", "telefonnummer", "rufnummer"),
    "mobile": ("mobile", "mobile phone", "mobil", "mobiltelefon", "handy"),
    "street": ("street", "straße", "strasse"),
    "postcode": ("postcode", "zip", "plz", "postleitzahl"),
    "city": ("city", "ort", "stadt"),
    "country": ("country", "land"),
    "language": ("language", "sprache"),
    "source": ("source", "quelle", "herkunft"),
    "tags": ("tags", "tag", "schlagworte", "stichworte"),
    "prefix": ("name prefix", "academic title", "titel", "akademischer titel"),
    "first_name": ("first name", "first_name", "vorname"),
    "last_name": ("last name", "last_name", "surname", "nachname", "ansprechpartner", "contact", "kontakt"),
    "role": ("role", "position", "funktion", "rolle"),
    "department": ("department", "abteilung"),
    "contact_email": ("contact email", "contact e-mail", "contact_email", "e-mail ansprechpartner", "e-mail kontakt"),
    "contact_phone": ("contact phone", "contact_phone", "telefon ansprechpartner", "telefon kontakt"),
    "contact_mobile": ("contact mobile", "contact_mobile", "mobil ansprechpartner", "mobil kontakt"),
}
_CARDS: Final[dict[str, str]] = {
    NAME: "organisation",
    "email": "own_emails",
    "phone": "own_phones",
    "mobile": "own_mobiles",
    "contact_email": "emails",
    "contact_phone": "phones",
    "contact_mobile": "mobiles",
}
_NOT_IN_CARDS: Final = frozenset(("legal_form", "vat_id", "source"))
FIELDS: Final = Fields(
    {name: frozenset(titles) for name, titles in _TITLES.items()},
    needed=frozenset({NAME}),
    cards={name: _CARDS.get(name, name) for name in _TITLES if name not in _NOT_IN_CARDS},
)
_OWN_WAYS: Final = {"email": DetailKind.EMAIL, "phone": DetailKind.PHONE, "mobile": DetailKind.MOBILE}
_WAYS: Final = {f"contact_{name}": kind for name, kind in _OWN_WAYS.items()}
_PERSON: Final = ("first_name", "last_name", "role", *_WAYS)

Cells = Mapping[str, str]


def read_items(table: Table) -> Iterator[Item]:
    """Every institution of the table, and every mistake in it. Raises `FileRefused` where it cannot be read on."""
    for row in table.rows:
        if (broken := row.broken) is not None:
            problem, detail, context = broken.problem, broken.detail, broken.context
            yield Item(row.number, broken.given, problem=problem, detail=detail, context=context)
            continue
        cells = _cells(table, row)
        if any(cell.strip() for cell in cells.values()):
            yield _item(row, cells)


def card_of(fields: Cells) -> InstitutionCard:
    """The institution of a row. Raises what its parts raise that cannot be."""
    addresses: tuple[AddressCard, ...] = ()
    if "city" in fields:
        street, postcode = fields.get("street"), fields.get("postcode")
        addresses = (AddressCard(fields["city"], fields.get("country", "DE"), street=street, postcode=postcode),)
    return InstitutionCard(
        name=fields[NAME],
        legal_form=fields.get("legal_form"),
        website_domain=fields.get("website"),
        vat_id=fields.get("vat_id"),
        language=Language(fields.get("language", Language.DE)),
        source=fields.get("source"),
        tags=tuple(fields.get("tags", "").split("\n")),
        details=_details(fields, _OWN_WAYS),
        addresses=addresses,
    )


def person_of(fields: Cells) -> ContactCard | None:
    """The person of a row; None where it has none."""
    if not fields.get("last_name"):
        return None
    salutation, title = split_prefix(fields.get("prefix", ""))
    return ContactCard(
        last_name=fields["last_name"],
        first_name=fields.get("first_name"),
        language=Language(fields.get("language", Language.DE)),
        role=fields.get("role"),
        details=_details(fields, _WAYS),
        salutation=salutation,
        title=title,
        department=fields.get("department"),
    )


def ways_of(fields: Cells) -> list[str]:
    """How the institution of a row is reached, and the person."""
    return [detail.value for ways in (_OWN_WAYS, _WAYS) for detail in _details(fields, ways)]


def _cells(table: Table, row: Row) -> Cells:
    """What stands in which column; where none is said, the first text is the name.

    The ways in a row with a person are theirs, where the table has no columns for those of people alone.
    """
    if not table.places:
        return {NAME: next((cell for cell in row.cells if cell.strip()), "")}
    cells = {name: row.cells[place] for name, place in table.places.items() if place < len(row.cells)}
    if not cells.get("last_name", "").strip() or any(name in table.places for name in _WAYS):
        return cells
    return {f"contact_{name}" if name in _OWN_WAYS else name: cell for name, cell in cells.items()}


def _details(fields: Cells, ways: Mapping[str, DetailKind]) -> tuple[Detail, ...]:
    given = ((kind, fields.get(name, "")) for name, kind in ways.items())
    return tuple(Detail(kind, value) for kind, values in given for value in values.split("\n") if value)


def _item(row: Row, cells: Cells) -> Item:
    given = cells.get(NAME, "")
    if not given.strip():
        detail = "The row does not say the institution's name: write it, or take the row out."
        return Item(row.number, "", problem="no_name", detail=detail)
    spoilt = next((cell for cell in cells.values() if isinstance(cell, Spoilt)), None)
    if spoilt is not None:
        return item_of_spoilt(row.number, given, spoilt)
    try:
        fields = {name: _READERS[name](cell) for name, cell in cells.items() if cell.strip()}
        for ways in (_OWN_WAYS, _WAYS):
            check_how_many(_details(fields, ways))
    except DomainError as error:
        problem = str(error.context.get("problem", error.code))
        return Item(row.number, given, problem=problem, detail=error.detail, context=error.context)
    if (lacking := _lacking(fields)) is not None:
        return Item(row.number, given, problem=lacking[0], detail=lacking[1])
    return Item(row.number, given, _key(fields), fields)


def institution_key(fields: Cells) -> str:
    """By what two rows name the same institution; the key of a row begins with it."""
    return "\t".join((fields[NAME].lower(), fields.get("website", "")))


def _key(fields: Cells) -> str:
    person = " ".join(fields.get(name, "") for name in ("first_name", "last_name")).strip()
    return "\t".join((institution_key(fields), person.lower()))


def _lacking(fields: Cells) -> tuple[str, str] | None:
    """The problem of a row whose cells are good and do not go together, with its sentence."""
    if "last_name" not in fields and any(name in fields for name in _PERSON):
        return "no_last_name", "The row says something of a person without their last name: add it."
    if "city" not in fields and any(name in fields for name in ("street", "postcode")):
        return "no_city", "The row has an address without a city: add it."
    return None


def _text(what: str, longest: int) -> Callable[[str], str]:
    return lambda cell: clean_text(cell, what=what, longest=longest)


def _country(cell: str) -> str:
    code = country_of(cell)
    if code is None:
        detail = f"{cell[:80]!r} is no country: write two letters such as DE."
        raise InstitutionInvalid(detail, {"problem": "no_country", "value": cell[:80]})
    return code


def _language(cell: str) -> str:
    code = cell.strip().lower()[:2]
    if code not in list(Language):
        detail = f"{cell[:80]!r} is no language that is written here: write de or en."
        raise InstitutionInvalid(detail, {"problem": "no_language", "value": cell[:80]})
    return code


def _ways(kind: DetailKind) -> Callable[[str], str]:
    """Reads a cell with one address or number, or several; each once, a line each."""

    def read(cell: str) -> str:
        kept: dict[str, str] = {}
        for given in _SEPARATORS[kind].split(cell):
            if given.strip():
                text = clean_text(given, what="A way to reach the contact", longest=LONGEST_DETAIL)
                kept.setdefault(normal_detail(kind, text), text)
        return "\n".join(kept.values())

    return read


# An extension is no number of its own; what follows a comma is one where it begins as one.
_PHONES = re.compile(r"[\r\n]+|;(?!\s*ext=)|,\s*(?=[+0])")
_SEPARATORS: Final = {
    DetailKind.EMAIL: re.compile(r"[;,\r\n]"),
    DetailKind.PHONE: _PHONES,
    DetailKind.MOBILE: _PHONES,
}
_READERS: Final[Mapping[str, Callable[[str], str]]] = {
    NAME: _text("The institution's name", LONGEST_NAME),
    "legal_form": _text("The legal form", LONGEST_LEGAL_FORM),
    "website": normal_domain,
    "vat_id": normal_vat_id,
    "email": _ways(DetailKind.EMAIL),
    "phone": _ways(DetailKind.PHONE),
    "mobile": _ways(DetailKind.MOBILE),
    "street": _text("The street", LONGEST_PART),
    "postcode": _text("The postcode", LONGEST_PART),
    "city": _text("The city", LONGEST_PART),
    "country": _country,
    "language": _language,
    "source": _text("The source", LONGEST_SOURCE),
    "tags": lambda cell: "\n".join(normal_tags(re.split(r"[;,\r\n]", cell))),
    "prefix": _text("The title", LONGEST_PERSON_NAME),
    "first_name": _text("The first name", LONGEST_PERSON_NAME),
    "last_name": _text("The last name", LONGEST_PERSON_NAME),
    "role": _text("The role", LONGEST_PERSON_NAME),
    "department": _text("The department", LONGEST_PERSON_NAME),
    "contact_email": _ways(DetailKind.EMAIL),
    "contact_phone": _ways(DetailKind.PHONE),
    "contact_mobile": _ways(DetailKind.MOBILE),
}
