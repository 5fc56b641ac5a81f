"""Phone numbers in E.164, with an extension as RFC 3966 writes it: +4930123456;ext=12."""

import re
from functools import cache

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
)

from leasehold.resources.errors import ValueInvalid

_LONGEST_EXTENSION = 7
_EXTENSION = re.compile(
    r"^(?P<number>.*?)[\s,;]*(?:;ext=|ext(?:ension)?[.:]?|x|#|durchwahl|dw\.?|nebenstelle)\s*(?P<extension>[0-9]+)$",
    re.IGNORECASE,
)
_SPELLED = re.compile(r"[+0-9\s()/.\-‐‑‒–·]+")  # noqa: RUF001  # hyphens of all sorts
_BY_A_SPREADSHEET = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+|[0-9]+[.,]0+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_TEL = re.compile(r"tel:", re.IGNORECASE)
_OPTIONAL_ZERO = re.compile(r"\(\s*0\s*\)")
_WHY = {
    ValidationResult.TOO_SHORT: ("too_short", "has too few digits"),
    ValidationResult.TOO_LONG: ("too_long", "has too many digits"),
    ValidationResult.INVALID_LENGTH: ("wrong_length", "has a number of digits that no number there has"),
    ValidationResult.INVALID_COUNTRY_CODE: ("country_unknown", "begins with a country code that there is not"),
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: ("local_only", "is too short, or lacks its area code"),
}

_UNPARSED = {
    NumberParseException.INVALID_COUNTRY_CODE: _WHY[ValidationResult.INVALID_COUNTRY_CODE],
    NumberParseException.TOO_LONG: _WHY[ValidationResult.TOO_LONG],
    NumberParseException.TOO_SHORT_NSN: _WHY[ValidationResult.TOO_SHORT],
    NumberParseException.TOO_SHORT_AFTER_IDD: _WHY[ValidationResult.TOO_SHORT],
}


def normal_phone(text: str, *, default_country: str | None) -> str:
    """The number in E.164. Without a country code it is one of `default_country` (DE, …). Raises `ValueInvalid`."""
    plain = _TEL.sub("", text.strip(), count=1)
    if _is_canonical(plain):
        return plain
    if _BY_A_SPREADSHEET.fullmatch(plain):
        reason = "was made a decimal number by a spreadsheet, which loses digits: format the column as text there."
        raise ValueInvalid("spreadsheet_number", text, reason)
    number, extension = _split(plain)
    if not _SPELLED.fullmatch(number) or not any(character.isdigit() for character in number):
        reason = "is not a phone number: write it like +49 30 1234567, with “ext. 12” for an extension."
        raise ValueInvalid("no_phone", text, reason)
    found = _parsed(text, number, default_country)
    _check(text, found)
    formatted = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    return f"{formatted};ext={extension}" if extension else formatted


def _is_canonical(plain: str) -> bool:
    """Whether it is E.164 already, so that parsing it would change nothing: the way of long files, three times as fast.

    Only where the parser would take no national prefix off it.
    """
    if not _E164.fullmatch(plain):
        return False
    code = next((int(plain[1:end]) for end in (2, 3, 4) if int(plain[1:end]) in COUNTRY_CODE_TO_REGION_CODE), None)
    if code is None:
        return False
    national = plain[1 + len(str(code)) :]
    if national.startswith("0") or _national_prefix(code).match(national):
        return False
    return bool(phonenumbers.is_valid_number(PhoneNumber(country_code=code, national_number=int(national))))


@cache
def _national_prefix(country_code: int) -> re.Pattern[str]:
    """What the parser may take off the beginning of a number of this country."""
    region = phonenumbers.region_code_for_country_code(country_code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    return re.compile((metadata and metadata.national_prefix_for_parsing) or "(?!)")


def shown_phone(value: str) -> str:
    """The number as people read it. `value` is as `normal_phone` gives it."""
    number, _, extension = value.partition(";ext=")
    shown = phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    return f"{shown} ext. {extension}" if extension else shown


def country_is_known(code: str) -> bool:
    """Whether numbers can be of this country (ISO 3166, two letters)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def _split(plain: str) -> tuple[str, str]:
    found = _EXTENSION.match(plain)
    if found is None:
        return plain, ""
    extension = found["extension"]
    if len(extension) > _LONGEST_EXTENSION:
        reason = f"has an extension of more than {_LONGEST_EXTENSION} digits: look for a typing mistake."
        raise ValueInvalid("extension_too_long", plain, reason)
    return found["number"], extension


def _parsed(text: str, number: str, default_country: str | None) -> PhoneNumber:
    digits = _OPTIONAL_ZERO.sub("", number).strip()
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not digits.startswith("+") and default_country is None:
        reason = "does not say its country: write it like +49 30 1234567, or give the pool a default country."
        raise ValueInvalid("no_country", text, reason)
    try:
        return phonenumbers.parse(digits, default_country)
    except NumberParseException as error:
        problem, why = _UNPARSED.get(error.error_type, ("no_phone", "is not a phone number"))
        raise ValueInvalid(problem, text, f"{why}: write it like +49 30 1234567.") from None


def _check(text: str, number: PhoneNumber) -> None:
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        problem, why = _WHY[possible]
        raise ValueInvalid(problem, text, f"{why}: look for a typing mistake.")
    if not phonenumbers.is_valid_number(number):
        raise ValueInvalid("not_assigned", text, "is in no range that its country assigns: look for a typing mistake.")
