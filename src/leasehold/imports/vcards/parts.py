"""What a card says of an organisation and of a person in it, as cells of a row.

The address of somebody's home, faxes and pages in social networks are nothing that is known of an organisation or a way
to reach somebody, and are left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from leasehold.imports.tables import Broken
from leasehold.imports.vcards.cards import Card
from leasehold.imports.vcards.properties import Property, split_value

PARTS: Final = (
    "organisation",
    "department",
    "website",
    "own_emails",
    "own_phones",
    "own_mobiles",
    "street",
    "postcode",
    "city",
    "country",
    "language",
    "tags",
    "prefix",
    "first_name",
    "last_name",
    "role",
    "emails",
    "phones",
    "mobiles",
)
"""Several addresses, numbers or tags in a part are a line each. Those that are `own_` are the organisation's."""

_MOBILE: Final = frozenset(("cell", "iphone", "mobile"))
_NO_PHONE: Final = frozenset(("fax", "pager", "modem", "telex", "bbs"))
_NETWORKS: Final = ("linkedin.com", "xing.com", "facebook.com", "instagram.com", "twitter.com", "x.com", "youtube.com")
_NO_TAGS: Final = frozenset(("mycontacts", "starred"))  # what Google calls everybody
_ONES_OWN: Final = ("individual", "org", "organization", "")

Parts = Mapping[str, str]


def parts_of(card: Card) -> Parts | Broken:
    """The parts of the card that are there, or why it cannot be a row."""
    name = card.text("FN") or " ".join(filter(None, _names(card)))
    if card.broken is not None:
        return replace(card.broken, given=card.broken.given or name or card.text("ORG"))
    if (kind := card.text("KIND").lower()) not in _ONES_OWN:
        detail = f"The card is of the kind {kind[:40]!r}, which is neither a person nor an organisation: take it out."
        return Broken("kind", detail, {"kind": kind[:40]}, name)
    organisation = next((texts for one in card.all("ORG") if any(texts := one.list_of(";"))), [""])
    person = _person(card, organisation[0])
    if not organisation[0] and not person:
        organisation = [name]
    if not organisation[0]:
        detail = "The card says no organisation, and everybody is written down in one: add it (ORG), or leave it out."
        return Broken("no_organisation", detail, given=name)
    return {
        "organisation": organisation[0],
        **({"department": ", ".join(filter(None, organisation[1:]))} if person else {}),
        "website": _website(card),
        **_address(card),
        "language": _language(card),
        "tags": "\n".join(_tags(card)),
        **person,
        **{name if person else f"own_{name}": text for name, text in _ways(card).items()},
    }


def _names(card: Card) -> list[str]:
    """Prefix, given name, further ones, family name, suffix, of which any may be empty."""
    texts = next((texts for one in card.all("N") if any(texts := one.list_of(";"))), [])
    family, given, additional, prefix, suffix = (*texts, "", "", "", "", "")[:5]
    return [prefix, given, additional, family, suffix]


def _person(card: Card, organisation: str) -> dict[str, str]:
    """The person; empty where the card is the organisation's own."""
    is_organisation = card.text("KIND").lower().startswith("org") or card.text("X-ABSHOWAS").upper() == "COMPANY"
    prefix, given, additional, family, suffix = _names(card)
    name = card.text("FN")
    if not given and not family and name != organisation:
        given, _, family = name.rpartition(" ")
    first, last = _joined(given, additional), _joined(family, suffix)
    if not last:
        first, last = "", first
    if is_organisation or not last:
        return {}
    role = card.text("TITLE") or card.text("ROLE")
    return {"prefix": prefix, "first_name": first, "last_name": last, "role": role}


def _website(card: Card) -> str:
    pages = (one.text for one in card.all("URL") if "home" not in one.types)
    return next((page for page in pages if page and not _is_network(page)), "")


def _is_network(page: str) -> bool:
    host = page.lower().rpartition("://")[2].partition("/")[0]
    return any(host == network or host.endswith(f".{network}") for network in _NETWORKS)


def _address(card: Card) -> dict[str, str]:
    """Where the organisation is: the address at work before one that says nothing of that."""
    addresses = [one for one in card.all("ADR") if "home" not in one.types or "work" in one.types]
    for one in sorted(addresses, key=lambda one: "work" not in one.types):
        texts = [_joined(*text.splitlines(), by=", ") for text in split_value(one.value, ";")]
        box, further, street, city, _region, postcode, country = (*texts, *[""] * 7)[:7]
        if any(texts):
            street = _joined(street or box, further, by=", ")
            return {"street": street, "postcode": postcode, "city": city, "country": country if city else ""}
    return {}


def _language(card: Card) -> str:
    """The first language that is written here."""
    spoken = [one.text[:2].lower() for one in card.all("LANG")]
    return next((code for code in spoken if code in ("de", "en")), "")


def _tags(card: Card) -> Iterable[str]:
    tags = (tag for one in card.all("CATEGORIES") for tag in one.list_of(","))
    return dict.fromkeys(tag for tag in tags if tag and tag.replace(" ", "").lower() not in _NO_TAGS)


def _ways(card: Card) -> dict[str, str]:
    phones = [one for one in card.all("TEL") if not one.types & _NO_PHONE]
    return {
        "emails": "\n".join(_bare("mailto:", card.all("EMAIL"))),
        "phones": "\n".join(_bare("tel:", (one for one in phones if not one.types & _MOBILE))),
        "mobiles": "\n".join(_bare("tel:", (one for one in phones if one.types & _MOBILE))),
    }


def _bare(scheme: str, ways: Iterable[Property]) -> list[str]:
    texts = [one.text for one in ways]
    return [text[len(scheme) :] if text.lower().startswith(scheme) else text for text in texts if text]


def _joined(*texts: str, by: str = " ") -> str:
    return by.join(part for text in texts if (part := " ".join(text.split())))
