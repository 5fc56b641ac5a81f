"""A vCard file as a table: each card is a row, whose number is that of the line where it begins."""

import re
from collections.abc import Iterator
from pathlib import Path

from leasehold.imports.errors import FileRefused
from leasehold.imports.tables import Broken, Choices, Fields, Row, Table
from leasehold.imports.text_files import encoding_for, looks_like
from leasehold.imports.vcards.cards import read_cards
from leasehold.imports.vcards.lines import unfolded_lines
from leasehold.imports.vcards.parts import PARTS, parts_of

_BEGIN = re.compile(r"\s*BEGIN\s*:\s*VCARD\s", re.IGNORECASE)


def is_vcard_file(path: Path) -> bool:
    """Whether it begins as one does, in any encoding that is read here."""
    return looks_like(path, _BEGIN)


def open_vcards(path: Path, fields: Fields, choices: Choices) -> Table:
    """The file as a table with the columns that the subject has for parts of cards.

    Raises `FileRefused`: `vcards` of a subject that has none, `no_text`, `encoding`.
    """
    if not fields.cards:
        detail = "The file has cards of people (vCard), and this import takes none: send a list, CSV or XLSX instead."
        raise FileRefused("vcards", detail)
    encoding = encoding_for(path, choices)
    places = {name: PARTS.index(part) for name, part in fields.cards.items()}
    return Table(_rows(path, encoding), header=(), places=places, encoding=encoding, is_fixed=True)


def _rows(path: Path, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding) as file:
        number = 1
        try:
            for card in read_cards(unfolded_lines(file)):
                number = card.number
                parts = parts_of(card)
                if isinstance(parts, Broken):
                    yield Row(number, (), parts)
                else:
                    yield Row(number, [parts.get(part, "") for part in PARTS])
        except UnicodeError:
            detail = f"The file is not {encoding}, as row {number} or one soon after it shows: choose another encoding."
            raise FileRefused("encoding", detail, {"encoding": encoding, "row": number}) from None
