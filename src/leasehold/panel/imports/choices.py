"""How a file shall be read, as its page says it: in the address, so that each way can be come back to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from leasehold.imports.tables import Choices, Table
from leasehold.imports.text_files import DELIMITERS, ENCODINGS
from leasehold.panel.imports.subject import ImportSubject

_COLUMN = "column."


@dataclass(frozen=True, slots=True)
class Question:
    """A choice: its parameter, how it reads, what there is to choose (value and text), the value now.

    `otherwise` is what happens where nothing is chosen.
    """

    name: str
    title: str
    options: Sequence[tuple[str, str]]
    now: str | None
    otherwise: str


def choices_in(given: Mapping[str, str], subject: ImportSubject) -> Choices:
    """What was chosen; what is empty is found out."""
    columns = {name: given[_COLUMN + name] for name in subject.fields if given.get(_COLUMN + name)}
    encoding, delimiter, sheet = (given.get(name) or None for name in ("encoding", "delimiter", "sheet"))
    return Choices(encoding, delimiter, sheet, columns)


def as_parameters(choices: Choices) -> dict[str, str]:
    """The same for an address or a form."""
    said = {"encoding": choices.encoding, "delimiter": choices.delimiter, "sheet": choices.sheet}
    columns = {_COLUMN + name: title for name, title in choices.columns.items()}
    return {name: text for name, text in said.items() if text} | columns


def questions(table: Table | None, choices: Choices, subject: ImportSubject) -> Iterator[Question]:
    """What can be chosen about the file, which is read as `table` (None: it cannot be read as was chosen)."""
    if table is None or table.encoding:
        found = _("found out: %(what)s", what=table.encoding) if table else _("found out")
        yield Question("encoding", _("Encoding"), [(name, name) for name in ENCODINGS], choices.encoding, found)
    if table and table.is_fixed:
        return
    if table is None or table.encoding:
        yield _delimiter(table, choices)
    if table and len(table.sheets) > 1:
        sheets = [(sheet, sheet) for sheet in table.sheets]
        yield Question("sheet", _("Sheet"), sheets, choices.sheet, _("the first"))
    if table:
        titles = [title for title in dict.fromkeys(cell.strip() for cell in table.titles) if title]
        now = {name: table.titles[place].strip() for name, place in table.places.items()}
        for name, words in subject.fields.items():
            yield Question(_COLUMN + name, str(words), [(title, title) for title in titles], now.get(name), "-")


def _delimiter(table: Table | None, choices: Choices) -> Question:
    words = {"semicolon": _("semicolon"), "comma": _("comma"), "tab": _("tab")}
    found = _("found out")
    if table:
        name = next((name for name, sign in DELIMITERS.items() if sign == table.delimiter), None)
        found = _("found out: %(what)s", what=words[name] if name else _("there is one column"))
    return Question("delimiter", _("Columns are separated by"), list(words.items()), choices.delimiter, found)
