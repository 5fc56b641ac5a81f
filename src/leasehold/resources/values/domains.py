"""Domain names: IDNA 2008 after UTS #46, kept as A-labels in lower case, under a public suffix that is known.

Python's own codec is not asked: it makes faß.de the other domain fass.de and lets through what no registry does.
"""

import re
import unicodedata
from functools import cache

import idna
import tldextract

from leasehold.resources.errors import ValueInvalid

LONGEST = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What UTS #46 leaves as it is. A label with hyphens in its third and fourth place is looked at by `idna`.
_PLAIN = re.compile(rf"(?:(?!..--){_LABEL}\.)+(?!..--)[a-z](?:[a-z0-9-]*[a-z0-9])?")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9.]+")
_MIXED = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
# Cyrillic letters that look like Latin ones (Chromium's list): under a Latin suffix a label of them alone passes for
# a Latin one.
_LOOK_LATIN = frozenset("асԁеһіјӏорԛѕԝхуъЬҽпгѵѡ")


def normal_domain(text: str) -> str:
    """The name as DNS has it. A scheme, a path and a final dot are taken off. Raises `ValueInvalid`."""
    name = _bare(text)
    if not name:
        raise ValueInvalid("empty", text, "is empty: it needs a domain such as example.com.")
    plain = name.lower()
    ascii_name = plain if _PLAIN.fullmatch(plain) else _encoded(name)
    if len(ascii_name) > LONGEST:
        raise ValueInvalid("too_long", name, f"has more than {LONGEST} characters, which no domain has.")
    _check_suffix(name, ascii_name)
    return ascii_name


def shown_domain(name: str) -> str:
    """The name as people read it: with its own letters. `name` is as `normal_domain` gives it."""
    return idna.decode(name) if "xn--" in name else name


def _bare(text: str) -> str:
    stripped = text.strip()
    scheme = _SCHEME.match(stripped)
    if scheme is not None:
        stripped = re.split(r"[/?#]", stripped[scheme.end() :], maxsplit=1)[0]
    stripped = unicodedata.normalize("NFC", stripped)
    return stripped[:-1] if stripped.endswith((".", "。")) and len(stripped) > 1 else stripped


def _encoded(name: str) -> str:
    if _NUMBERS.fullmatch(name):
        raise ValueInvalid("address", name, "is an address, not a domain: write a name such as example.com.")
    if name.startswith("*."):
        raise ValueInvalid("wildcard", name, "is a wildcard: name each domain, such as example.com.")
    if any(character.isspace() for character in name):
        raise ValueInvalid("space", name, "contains a space, which no domain does: write one domain on each line.")
    odd = next((c for c in name if c.isascii() and not (c.isalnum() or c in "-.")), None)
    if odd is not None:
        reason = f"contains {odd!r}, which no domain does: letters, digits and inner hyphens are possible."
        raise ValueInvalid("character", name, reason, {"character": odd})
    try:
        ascii_name = idna.encode(name, uts46=True, std3_rules=True).decode().lower()
    except (idna.IDNAError, UnicodeError) as error:
        problem, what = _why(name)
        reason = f"is not a domain that can be registered ({error}): {what}."
        raise ValueInvalid(problem, name[:80], reason) from None
    *labels, suffix = ascii_name.split(".")
    for label in labels:
        if label.startswith("xn--"):
            _check_looks(name, idna.ulabel(label), suffix)
    return ascii_name


def _why(name: str) -> tuple[str, str]:
    if any(label.lower().startswith("xn--") for label in name.split(".")):
        return "punycode", "its punycode says nothing that is allowed, so write the name with its own letters"
    return "no_domain", "look for a typing mistake"


def _check_looks(name: str, label: str, suffix: str) -> None:
    letters = [character for character in label if character.isalpha()]
    scripts = {_script(character) for character in letters} & set(_MIXED)
    if len(scripts) > 1:
        reason = f"mixes {' and '.join(sorted(map(str.title, scripts)))} letters, so it passes for another."
        raise ValueInvalid("mixed_scripts", name, reason)
    if not suffix.startswith("xn--") and letters and all(character in _LOOK_LATIN for character in letters):
        raise ValueInvalid("looks_latin", name, "has Cyrillic letters that pass for Latin ones: it looks like another.")


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _check_suffix(name: str, ascii_name: str) -> None:
    found = _suffixes().extract_str(ascii_name)
    if not found.suffix:
        reason = "does not end in a public suffix that is known, such as .com or .co.uk: look for a typing mistake."
        raise ValueInvalid("suffix_unknown", name, reason)
    if not found.domain:
        raise ValueInvalid("only_suffix", name, "is a public suffix itself: write a domain under it.")


@cache
def _suffixes() -> tldextract.TLDExtract:
    """The list that the library brings along; nothing is fetched or written."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
