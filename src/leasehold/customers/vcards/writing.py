"""vCards as text. The version is 3.0 (RFC 2426) in UTF-8.

It is what Outlook, Apple, Google and Android have in common: 2.1 has to name a character set in each line that has an
accent, and not all of them read 4.0.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

LONGEST_LINE: Final = 75
"""Bytes of a line, without its end; what is longer goes on in the next one."""

_ESCAPED = re.compile(r"[\\,;]")
# Controls (a line feed in a name) and halves of a character.
_NEVER_SHOWN: Final = frozenset(("Cc", "Cs"))
_IN_ADDRESSES: Final = ":/?#[]@!$&'()*+,;=%~"


def write_card(lines: Iterable[str]) -> str:
    """A card of `lines`, folded, each with its end."""
    whole = ("BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD")
    return "".join(f"{_folded(line)}\r\n" for line in whole)


def text_line(head: str, *parts: str) -> str:
    """A property of one text, or of several parts; `head` is its name with parameters.

    Whatever the parts have in them, it is one line.
    """
    return f"{head}:{';'.join(map(_escaped, parts))}"


def address_line(head: str, address: str) -> str:
    """A property whose value is a web address; what cannot stand in one is encoded."""
    return f"{head}:{quote(address.encode('utf-8', 'replace'), safe=_IN_ADDRESSES)}"


def _escaped(text: str) -> str:
    shown = "".join(" " if unicodedata.category(sign) in _NEVER_SHOWN else sign for sign in text)
    return _ESCAPED.sub(r"\\\g<0>", " ".join(shown.split()))


def _folded(line: str) -> str:
    """The line in pieces, none of which parts a character."""
    pieces, room = [""], LONGEST_LINE
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append(" ")
            room = LONGEST_LINE - 1
        pieces[-1] += sign
        room -= size
    return "\r\n".join(pieces)
