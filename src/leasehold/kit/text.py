"""Text that people type: brought into one form, refused where it cannot be shown."""

import unicodedata
from collections.abc import Sequence

from leasehold.kit.errors import DomainError, Kind

MOST_LISTED = 20

# Controls (a line feed in a name) and halves of a character.
_NEVER_SHOWN = frozenset({"Cc", "Cs"})


def clean_text(text: str, *, what: str, longest: int) -> str:
    """`text` in NFC, each run of spaces as one, none around it.

    Raises `DomainError` `text_invalid`, naming it as `what` ("The customer's name"), where nothing is left, more than
    `longest` characters are, or one of them is a control character.
    """
    if any(unicodedata.category(character) in _NEVER_SHOWN for character in text):
        raise _unreadable(what)
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if not cleaned:
        raise _empty(what)
    if len(cleaned) > longest:
        raise _too_long(what, len(cleaned), longest)
    return cleaned


def clean_paragraphs(text: str, *, what: str, longest: int) -> str:
    """The same for text of several lines, whose breaks are kept. Raises `DomainError` `text_invalid`."""
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")]
    cleaned = "\n".join(lines).strip("\n")
    if any(unicodedata.category(character) in _NEVER_SHOWN for line in lines for character in line.replace("\t", "")):
        raise _unreadable(what)
    if not cleaned.strip():
        raise _empty(what)
    if len(cleaned) > longest:
        raise _too_long(what, len(cleaned), longest)
    return cleaned


def listed(values: Sequence[str]) -> str:
    """The first `MOST_LISTED` values, and how many more there are."""
    named = ", ".join(values[:MOST_LISTED])
    return named if len(values) <= MOST_LISTED else f"{named} and {len(values) - MOST_LISTED} more"


def _unreadable(what: str) -> DomainError:
    detail = f"{what} contains a control character or a broken one: type it anew."
    return DomainError(Kind.INVALID, "text_invalid", detail, {"problem": "unreadable", "what": what})


def _empty(what: str) -> DomainError:
    detail = f"{what} is empty: it needs at least one character."
    return DomainError(Kind.INVALID, "text_invalid", detail, {"problem": "empty", "what": what})


def _too_long(what: str, length: int, longest: int) -> DomainError:
    detail = f"{what} has {length} characters: at most {longest} are possible."
    context = {"problem": "too_long", "what": what, "length": length, "longest": longest}
    return DomainError(Kind.INVALID, "text_invalid", detail, context)
