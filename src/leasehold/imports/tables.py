"""What every kind of file comes to: rows of texts, under a header where there is one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leasehold.imports.errors import FileRefused


class Spoilt(str):
    """A text that was no text in the spreadsheet; `problem` is `number`, `date`, `truth` or `formula`."""

    __slots__ = ("problem",)
    problem: str

    def __new__(cls, text: str, problem: str) -> "Spoilt":
        """`text` is what it looks like."""
        made = super().__new__(cls, text)
        made.problem = problem
        return made


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a row, which is called `given`, cannot be read: `detail` in English, `context` for another language."""

    problem: str
    detail: str
    context: Mapping[str, Any] = field(default_factory=dict)
    given: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, and its number in the file, counted from 1 as programs show it; none where it is `broken`."""

    number: int
    cells: Sequence[str]
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns that a subject knows: for each, the headers that mean it, in lower case. `needed` must be there.

    `cards` says which part of a vCard (`vcards/parts.py`) is which field; where it is empty, no vCards are read.
    """

    names: Mapping[str, frozenset[str]]
    needed: frozenset[str]
    cards: Mapping[str, str] = field(default_factory=dict)

    def recognised(self, header: Sequence[str]) -> dict[str, int]:
        """Which column is which field; empty unless all that are needed are there."""
        places: dict[str, int] = {}
        for place, cell in enumerate(header):
            title = " ".join(cell.lower().split())
            name = next((name for name, titles in self.names.items() if title in titles), None)
            if name is not None:
                places.setdefault(name, place)
        return places if self.needed <= places.keys() else {}

    def chosen(self, header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
        """The same where somebody has said which header means which field. Raises `FileRefused` `column`."""
        titles = [" ".join(cell.lower().split()) for cell in header]
        places = {}
        for name, title in columns.items():
            wanted = " ".join(title.lower().split())
            if name not in self.names or wanted not in titles:
                known = f"fields: {', '.join(self.names)}; columns: {', '.join(filter(None, header))}"
                detail = f"The file has no column {title!r} that could be the field {name!r} ({known})."
                raise FileRefused("column", detail, {"field": name, "column": title})
            places[name] = titles.index(wanted)
        return {**self.recognised(header), **places}


@dataclass(frozen=True, slots=True)
class Choices:
    """How somebody wants the file to be read; what is not said is found out.

    `columns` says which header means which field; `recall` knows what was said for a header before.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    recall: Callable[[Sequence[str]], Mapping[str, str]] = lambda _header: {}

    def columns_of(self, header: Sequence[str]) -> Mapping[str, str]:
        """Which header means which field, as somebody says now or has said."""
        return self.columns or self.recall(header)


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it is read: how (None where that does not apply), its columns by field, its rows without the header.

    Without a header `places` is empty, and every cell is a value. `titles` are the cells of the first row, which could
    be a header; `sheets` are all that the file has. What `is_fixed` says itself what its columns are.
    """

    rows: Iterator[Row]
    header: Sequence[str]
    places: Mapping[str, int]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    titles: Sequence[str] = ()
    sheets: Sequence[str] = ()
    is_fixed: bool = False


def under_header(rows: Iterator[Row], fields: Fields, choices: Choices, make: Callable[..., Table]) -> Table:
    """The table whose first row is its header if it names the fields that are needed. Raises `FileRefused` `empty`."""
    first = next((row for row in rows if any(cell.strip() for cell in row.cells)), None)
    if first is None:
        raise FileRefused("empty", "The file is empty: nothing was imported.")
    columns = choices.columns_of(first.cells)
    places = fields.chosen(first.cells, columns) if columns else fields.recognised(first.cells)
    if not places:
        return make(rows=_again(first, rows), header=(), places={}, titles=tuple(first.cells))
    return make(rows=rows, header=tuple(first.cells), places=places, titles=tuple(first.cells))


def _again(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows
