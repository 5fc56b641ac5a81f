"""What the address asks of a list: filters, order, place, columns. The address is the whole state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from leasehold.kit.listing import ListInvalid, Wanted
from leasehold.panel.lists.table import Column, Table

PAGE_SIZES = (25, 50, 100, 200)
_DEFAULT_SIZE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A list's state, as its address has it."""

    filters: Mapping[str, tuple[str, ...]]
    order: str | None
    cursor: str | None
    columns: tuple[str, ...]
    size: int

    @property
    def wanted(self) -> Wanted:
        """What the listing is asked for."""
        return Wanted(self.filters, self.order, self.cursor, self.size)

    def at(self, cursor: str) -> "Asked":
        """The same list at another place."""
        return replace(self, cursor=cursor)

    def by(self, order: str) -> "Asked":
        """The same list in another order, from its beginning."""
        return replace(self, order=order, cursor=None)

    def query(self, *, place: bool = True) -> str:
        """The address's query; without `place` it names the list and not the page of it, as a saved view does."""
        pairs = [(name, text) for name, texts in self.filters.items() for text in texts]
        if self.order is not None:
            pairs.append(("sort", self.order))
        if self.columns:
            pairs.append(("columns", ",".join(self.columns)))
        if self.size != _DEFAULT_SIZE:
            pairs.append(("size", str(self.size)))
        if place and self.cursor is not None:
            pairs.append(("cursor", self.cursor))
        return urlencode(pairs)

    def shown_columns(self, table: Table[Any, Any]) -> list[Column[Any]]:
        """The columns to show, in the table's order; names that are no column's (any more) are passed over."""
        known = [column for column in table.columns if column.name in self.columns]
        return known or [column for column in table.columns if column.shown]


def read_asked(table: Table[Any, Any], arguments: "MultiDict[str, str]") -> Asked:
    """What the address asks. Raises `ListInvalid` for a page size that is none."""
    filters = {
        part.name: texts
        for part in table.filters
        if (texts := tuple(text.strip() for text in arguments.getlist(part.name) if text.strip()))
    }
    size = arguments.get("size", str(_DEFAULT_SIZE))
    if size not in map(str, PAGE_SIZES):
        detail = f"A page has {', '.join(map(str, PAGE_SIZES))} rows, not {size[:20]!r}."
        raise ListInvalid(detail, {"problem": "page_size", "value": size[:20], "possible": list(PAGE_SIZES)})
    columns = tuple(name for text in arguments.getlist("columns") for name in text.split(",") if name)
    return Asked(filters, arguments.get("sort") or None, arguments.get("cursor") or None, columns, int(size))
