"""What somebody has typed into the search: a key, a token, an address, a number, or a part of a name."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from leasehold.licensing.license_key import parse_license_key

LONGEST_TERM = 200

_TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]*@[^\s@]+")
_PHONE = re.compile(r"\+?[0-9 ()/.\-]+")
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[^\W\d_]{2,})(?:[:/?#].*)?", re.IGNORECASE)
_FINGERPRINT = re.compile(r"[!-~]{16,255}")
_FEWEST_DIGITS, _MOST_DIGITS = 6, 15


class TermKind(StrEnum):
    """What the term was taken for."""

    NOTHING = "nothing"
    LICENSE_KEY = "license_key"
    SESSION_TOKEN = "session_token"  # noqa: S105  # a word, not a secret
    EMAIL = "email"
    ADDRESS = "address"
    PHONE = "phone"
    DOMAIN = "domain"
    FINGERPRINT = "fingerprint"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Term:
    """The term in the form that it is looked for in."""

    kind: TermKind
    text: str


def read_term(typed: str) -> Term:
    """What `typed` is most likely; everything that is nothing else is a part of a name."""
    text = " ".join(typed.replace("\0", "").split())[:LONGEST_TERM]
    if not text:
        return Term(TermKind.NOTHING, "")
    key = parse_license_key(text.replace(" ", ""))
    if key is not None:
        return Term(TermKind.LICENSE_KEY, key)
    if _TOKEN.fullmatch(text):
        return Term(TermKind.SESSION_TOKEN, text.lower())
    if _EMAIL.fullmatch(text):
        return Term(TermKind.EMAIL, text.lower())
    if _is_address(text):
        return Term(TermKind.ADDRESS, text)
    if _PHONE.fullmatch(text) and _FEWEST_DIGITS <= sum(map(str.isdecimal, text)) <= _MOST_DIGITS:
        return Term(TermKind.PHONE, text)
    if found := _DOMAIN.fullmatch(text):
        return Term(TermKind.DOMAIN, found[1].lower())
    return Term(TermKind.FINGERPRINT if _FINGERPRINT.fullmatch(text) else TermKind.NAME, text)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
