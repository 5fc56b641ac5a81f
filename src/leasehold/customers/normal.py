"""The one form of what is typed about institutions and people: domains, e-mail addresses, phones, VAT ids, tags."""

import re
from collections.abc import Iterable
from typing import Final

import idna
import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from leasehold.customers.errors import ContactInvalid, InstitutionInvalid
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.errors import DomainError
from leasehold.kit.matching import digits_of
from leasehold.kit.text import clean_text

DEFAULT_COUNTRY: Final = "DE"
"""Whose numbers are those that name no country."""

LONGEST_TAG: Final = 40
MOST_TAGS: Final = 30

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_DOMAIN = 253
_PHONE = re.compile(r"\+?[0-9\s()/.\-‐‑‒–·]+(?:(?:;ext=|ext\.?|x|#|durchwahl|dw\.?)\s*[0-9]{1,7})?", re.IGNORECASE)  # noqa: RUF001  # hyphens of all sorts
_OPTIONAL_ZERO = re.compile(r"\(\s*0\s*\)")
_FEWEST_DIGITS, _MOST_DIGITS = 3, 15

# The forms of the European Commission's VIES, and those of the neighbours; of others the country and the length.
_VAT_IDS: Final[dict[str, str]] = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CH": r"E\d{9}(?:MWST|TVA|IVA)?",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}",
    "GB": r"\d{9}|\d{12}|(?:GD|HA)\d{3}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"\d{9}|\d{12}",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{10}\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"\d{9}|\d{12}|(?:GD|HA)\d{3}",
}
_ANY_VAT_ID = r"[A-Z0-9+*]{2,13}"


def normal_domain(text: str) -> str:
    """The domain in `text`, which may be a whole address, as DNS has it. Raises `InstitutionInvalid`."""
    host = text.strip().lower().partition("://")[2] or text.strip().lower()
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rstrip(".")
    try:
        ascii_host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        ascii_host = ""
    if len(ascii_host) > _LONGEST_DOMAIN or not _DOMAIN.fullmatch(ascii_host):
        detail = f"{text[:80]!r} is not a domain: it looks like example.com."
        raise InstitutionInvalid(detail, {"problem": "no_domain", "value": text[:80]})
    return ascii_host


def normal_detail(kind: DetailKind, value: str) -> str:
    """The form by which two ways to reach somebody are the same.

    An e-mail address keeps its local part and has its domain in small letters; a phone number is E.164 (one without
    a country is German) or, where that knows no such number, its digits; a website is its domain; anything else is
    in small letters. Raises `ContactInvalid`.
    """
    match kind:
        case DetailKind.EMAIL:
            return _normal_email(value)
        case DetailKind.PHONE | DetailKind.MOBILE:
            return _normal_phone(value)
        case DetailKind.WEB:
            return _normal_website(value)
        case DetailKind.OTHER:
            return value.lower()


def normal_vat_id(text: str) -> str:
    """The VAT id in capitals without spaces, of a form that its country has. Raises `InstitutionInvalid`."""
    plain = re.sub(r"[\s.\-/]+", "", text).upper()
    country, number = plain[:2], plain[2:]
    country = "EL" if country == "GR" else country
    form = _VAT_IDS.get(country, _ANY_VAT_ID)
    if not country.isalpha() or not country.isascii() or not re.fullmatch(form, number, re.ASCII):
        detail = f"{text[:80]!r} is not a VAT id: it begins with its country, like DE123456789 or ATU12345678."
        raise InstitutionInvalid(detail, {"problem": "no_vat_id", "value": text[:80]})
    return country + number


def normal_tags(tags: Iterable[str]) -> list[str]:
    """The tags of an institution: folded, in order. Raises `InstitutionInvalid` and `DomainError` `text_invalid`."""
    cleaned = folded_tags(tags)
    if len(cleaned) > MOST_TAGS:
        detail = f"An institution has at most {MOST_TAGS} tags: take some away."
        raise InstitutionInvalid(detail, {"problem": "too_many_tags", "most": MOST_TAGS})
    return sorted(cleaned)


def folded_tags(tags: Iterable[str]) -> set[str]:
    """The tags in small letters, each once; empty ones are none. Raises `DomainError` `text_invalid`."""
    return {clean_text(tag, what="The tag", longest=LONGEST_TAG).lower() for tag in tags if tag.strip()}


def country_is_known(code: str) -> bool:
    """Whether there is such a country (ISO 3166, two capitals)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def _normal_email(value: str) -> str:
    try:
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        detail = f"{value[:80]!r} is not an e-mail address: it looks like name@example.com."
        raise ContactInvalid(detail, {"problem": "no_email", "value": value[:80]}) from None
    return f"{found.local_part}@{found.ascii_domain.lower()}"


def _normal_phone(value: str) -> str:
    digits = digits_of(value)
    spelled = _PHONE.fullmatch(value.strip().removeprefix("tel:"))
    known = _e164(value) if spelled else None
    if known is not None:
        return known
    if not spelled or not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS or value.lstrip().startswith("+"):
        detail = f"{value[:80]!r} is not a phone number: it looks like +49 30 1234567."
        raise ContactInvalid(detail, {"problem": "no_phone", "value": value[:80]})
    return digits


def _e164(value: str) -> str | None:
    """The number in E.164, with an extension as RFC 3966 writes it; None where there can be no such number."""
    try:
        number = phonenumbers.parse(_OPTIONAL_ZERO.sub("", value), DEFAULT_COUNTRY)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


def _normal_website(value: str) -> str:
    try:
        return normal_domain(value)
    except DomainError:
        detail = f"{value[:80]!r} is not a website: it looks like www.example.com."
        raise ContactInvalid(detail, {"problem": "no_website", "value": value[:80]}) from None
