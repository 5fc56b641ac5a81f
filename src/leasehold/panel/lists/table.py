"""What a list shows: columns, filters and bulk acts of a `Listing`, declared once for page and export."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session
from wtforms import Form

from leasehold.customers.vcards.exporting import FORMAT as VCARDS
from leasehold.kit.listing import Listing
from leasehold.panel.rights import Right

Row = TypeVar("Row")
Context = TypeVar("Context")
Words: TypeAlias = "LazyString | str"


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to the page of what it names."""

    kind: ClassVar[str] = "link"
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A word of the vocabulary, with the colour that it has everywhere; `value` is what an export writes."""

    kind: ClassVar[str] = "badge"
    text: Words
    colour: str
    value: str


@dataclass(frozen=True, slots=True)
class Code:
    """An identifier, to be read character by character; `href` where it has a page of its own."""

    kind: ClassVar[str] = "code"
    text: str
    href: str | None = None


Cell = str | int | float | datetime | bool | None | Link | Badge | Code


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: `order` names the listing's order that its title sorts by; not `shown` is there only on request."""

    name: str
    title: Words
    cell: Callable[[Row], Cell]
    order: str | None = None
    shown: bool = True
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter's field: free text, a day, or `choices` (value, words) of which several may be taken.

    `too_many` says, with the number, that no more are searched than the listing's lookup finds.
    """

    name: str
    title: Words
    kind: str = "text"
    choices: Callable[[], Sequence[tuple[str, Words]]] | None = None
    too_many: Callable[[int], str] | None = None


@dataclass(frozen=True, slots=True)
class BulkAct:
    """Something done to many rows: `run(key, form)` does it to one, in a transaction of its own.

    `question` is asked first, with the count; `form` has the fields that the act needs (a reason). Before one that is
    `guarded` a backup is made: it takes something away from many at once.
    """

    name: str
    title: Words
    question: Callable[[int], str]
    run: Callable[[Session, str, Any], None]
    needs: Right
    form: type[Form] | None = None
    icon: str = "check"
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class NewRow:
    """A way to make further rows: a page, what its button says, what right it needs, its icon."""

    endpoint: str
    title: Words
    needs: Right
    icon: str = "plus"


@dataclass(frozen=True, slots=True)
class Table(Generic[Context, Row]):
    """A list as the panel shows it. `row_key` names a row in forms; `endpoint` is the list's page.

    `label` is what people call a row that `row_key` names by numbers, with dashes between them: those of the listing's
    key. `cards` makes vCards of some rows, where the list is of those who are in address books.
    """

    listing: Listing[Context, Row]
    title: Words
    endpoint: str
    context: Callable[[Session], Context]
    columns: tuple[Column[Row], ...]
    row_key: Callable[[Row], str]
    label: Callable[[Row], str] | None = None
    filters: tuple[Filter, ...] = ()
    acts: tuple[BulkAct, ...] = field(default=())
    refresh_seconds: int | None = None
    cards: Callable[[Session, Sequence[Row]], Iterator[str]] | None = None
    new: tuple[NewRow, ...] = ()

    @property
    def name(self) -> str:
        """What saved views and exports call the list."""
        return self.listing.name

    def name_of(self, row: Row) -> str:
        """What people call the row: its key, where they know it by that."""
        return self.row_key(row) if self.label is None else self.label(row)

    @property
    def formats(self) -> dict[str, str]:
        """What the list can be exported as, with what each is called."""
        return {"csv": "CSV", "xlsx": "XLSX (Excel)"} | ({VCARDS: "vCard"} if self.cards else {})
