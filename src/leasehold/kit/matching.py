"""Parts and beginnings of texts, as a statement asks for them."""

SHORTEST_PART = 3
"""Shorter parts have no trigram, so that no index finds them."""

MOST_LISTED = 100
"""So many things are found by a part of their name in the list of these things."""

MOST_FOLLOWED = 25
"""So many are found where what belongs to them is looked for: each may have thousands of rows."""

_LAST = chr(0x10FFFF)


def containing(part: str) -> str:
    """The LIKE pattern for texts that contain `part`; a shorter one than `SHORTEST_PART` must be the whole text."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if len(part) >= SHORTEST_PART else escaped


def beginning(text: str) -> tuple[str, str]:
    """Where texts that begin with `text` start and end, compared as bytes (COLLATE "C")."""
    return text, text + _LAST


def digits_of(number: str) -> str:
    """The digits of a phone number, however it is written."""
    return "".join(character for character in number if character.isdecimal() and character.isascii())
