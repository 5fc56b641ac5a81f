"""Lists of anything: filtered, sorted, read page by page from where the last page ended (keyset paging).

A capability declares what its list can be asked (`Listing`); whoever shows it asks with a `Wanted`. A page costs the
same at any depth and in any size of table, as long as an index backs the order.
"""

import base64
import binascii
import json
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import psycopg
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, cast, func, literal, select, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.row_ids import read_row_id

Context = TypeVar("Context")
Row = TypeVar("Row")

COUNT_CAP = 1000
_STREAMED_AT_ONCE = 500
_MOST_VALUES = 50

Condition = Callable[[Sequence[str], Context], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a filter looks up by its text before it lets rows through: `most` things, however many there are.

    `find(text, most)` selects at most so many of them; None where this text needs no such search.
    """

    find: Callable[[str, int], Select[*tuple[Any, ...]] | None]
    most: int


class ListInvalid(DomainError):
    """The list cannot be asked this way; `detail` says which part of the address is wrong."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "list_invalid", detail, context)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Context, Row]):
    """What a list is made of.

    `query` selects its rows in no order; `read` turns a row into what is shown. Each order is an expression that is
    never null, or None for the key alone; `key` is unique, breaks ties and names a row. A condition reads the texts of
    its filter and raises `ListInvalid` for what it cannot read; `lookups` are of those that look up something first.
    """

    name: str
    query: Callable[[Context], Select[Any]]
    read: Callable[[Any, Context], Row]
    key: tuple[SQLColumnExpression[Any], ...]
    orders: Mapping[str, SQLColumnExpression[Any] | None]
    default_order: str
    conditions: Mapping[str, Condition[Context]] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows, in which order (`-name`: descending), from where: `cursor` is one that a page has handed out."""

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursors of the pages around them (None: there is none)."""

    rows: list[Row]
    next: str | None
    previous: str | None


def read_page(session: Session, listing: Listing[Context, Row], wanted: Wanted, context: Context) -> Page[Row]:
    """The page that is wanted. Raises `ListInvalid`."""
    keys, descending = _keys(listing, wanted.order)
    order = wanted.order or listing.default_order
    backwards, position = _read_cursor(wanted.cursor, order, len(keys))
    down = descending != backwards
    query = listing.query(context)
    if position is not None:
        # Before the filters: PostgreSQL begins in the index where the first condition says, and a filter by the same
        # key says less than the place does.
        place = tuple_(*map(_as_type_of, keys, position))
        query = query.where(tuple_(*keys) < place if down else tuple_(*keys) > place)
    query = _filter(query, listing, wanted.filters, context).add_columns(
        *(cast(key, Text).label(f"key_{depth}") for depth, key in enumerate(keys))
    )
    query = query.order_by(*(key.desc() if down else key.asc() for key in keys)).limit(wanted.limit + 1)
    found = _execute(session, query)
    more, found = len(found) > wanted.limit, found[: wanted.limit]
    if backwards:
        found.reverse()
    width = len(keys)

    def cursor(row: Any, *, back: bool) -> str:
        return _cursor(order, row[-width:], back=back)

    has_next = found and (more or backwards)
    has_previous = found and (more if backwards else position is not None)
    return Page(
        [listing.read(row[:-width], context) for row in found],
        cursor(found[-1], back=False) if has_next else None,
        cursor(found[0], back=True) if has_previous else None,
    )


def count_rows(
    session: Session, listing: Listing[Context, Row], filters: Mapping[str, Sequence[str]], context: Context
) -> int:
    """How many rows the filters let through; counting stops at `COUNT_CAP` + 1. Raises `ListInvalid`."""
    some = _filtered(listing, filters, context).with_only_columns(listing.key[0]).limit(COUNT_CAP + 1).subquery()
    return int(_execute(session, select(func.count()).select_from(some))[0][0])


def filters_cut_short(
    session: Session, listing: Listing[Context, Row], filters: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """The filters whose text fits more than they look up, each with how many that are: the others are passed over."""
    return {
        name: lookup.most
        for name, lookup in listing.lookups.items()
        if name in filters and _finds_more(session, lookup, " ".join(filters[name]))
    }


def stream_rows(session: Session, listing: Listing[Context, Row], wanted: Wanted, context: Context) -> Iterator[Row]:
    """Every row that the filters let through, in order, with constant memory. Raises `ListInvalid`."""
    keys, descending = _keys(listing, wanted.order)
    query = _filtered(listing, wanted.filters, context)
    query = query.order_by(*(key.desc() if descending else key.asc() for key in keys))
    for row in session.execute(query, execution_options={"yield_per": _STREAMED_AT_ONCE}):
        yield listing.read(row, context)


def rows_with_keys(
    session: Session, listing: Listing[Context, Row], keys: Collection[tuple[int, ...]], context: Context
) -> list[Row]:
    """Those of the list whose keys, which are numbers, are among these; in no order."""
    query = listing.query(context).where(tuple_(*listing.key).in_(keys))
    return [listing.read(row, context) for row in _execute(session, query)]


def choice(column: SQLColumnExpression[Any], possible: Sequence[str]) -> Condition[Any]:
    """One or more of the values that are possible."""

    def condition(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
        unknown = [text for text in texts if text not in possible]
        if unknown:
            raise no_such_choice(unknown[0], possible)
        return column.in_(texts)

    return condition


def no_such_choice(value: str, possible: Sequence[str]) -> ListInvalid:
    """The refusal of a filter's value that is none of the `possible` ones."""
    detail = f"{value!r} is none of {', '.join(possible)}: choose one of these."
    return ListInvalid(detail, {"problem": "no_such_choice", "value": value, "possible": list(possible)})


def row_number(text: str) -> int:
    """The id that names a row of a list. Raises `ListInvalid` (`no_number`)."""
    number_ = read_row_id(text)
    if number_ is None:
        raise ListInvalid(f"{text!r} is not an id: it must be a whole number.", {"problem": "no_number", "value": text})
    return number_


def number(column: SQLColumnExpression[Any]) -> Condition[Any]:
    """Exactly this id."""

    def condition(texts: Sequence[str], _context: object) -> ColumnElement[bool]:
        return column.in_([row_number(text) for text in texts])

    return condition


def _filtered(listing: Listing[Context, Row], filters: Mapping[str, Sequence[str]], context: Context) -> Select[Any]:
    return _filter(listing.query(context), listing, filters, context)


def _filter(
    query: Select[Any], listing: Listing[Context, Row], filters: Mapping[str, Sequence[str]], context: Context
) -> Select[Any]:
    for name, texts in filters.items():
        if name not in listing.conditions:
            detail = f"This list has no filter {name!r}: remove it from the address."
            raise ListInvalid(detail, {"problem": "no_such_filter", "name": name})
        if len(texts) > _MOST_VALUES or any("\0" in text for text in texts):
            detail = f"The filter {name!r} cannot be read: remove it from the address."
            raise ListInvalid(detail, {"problem": "filter_unreadable", "name": name})
        query = query.where(listing.conditions[name](texts, context))
    return query


def _finds_more(session: Session, lookup: Lookup, text: str) -> bool:
    found = lookup.find(text, lookup.most + 1)
    if found is None:
        return False
    return int(_execute(session, select(func.count()).select_from(found.subquery()))[0][0]) > lookup.most


def _keys(listing: Listing[Context, Row], order: str | None) -> tuple[tuple[SQLColumnExpression[Any], ...], bool]:
    asked = order or listing.default_order
    name = asked.removeprefix("-")
    if name not in listing.orders:
        detail = f"This list cannot be sorted by {name!r}: choose {', '.join(listing.orders)}."
        raise ListInvalid(detail, {"problem": "no_such_order", "name": name, "possible": list(listing.orders)})
    expression = listing.orders[name]
    return (listing.key if expression is None else (expression, *listing.key)), asked.startswith("-")


def _as_type_of(key: SQLColumnExpression[Any], text: str) -> ColumnElement[Any]:
    type_ = typing.cast("ColumnElement[Any]", key).type
    return cast(literal(text, Text), Text() if isinstance(type_, NullType) else type_)  # lower() does not say


def _cursor(order: str, position: Sequence[str], *, back: bool) -> str:
    text = json.dumps([order, back, list(position)], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read_cursor(cursor: str | None, order: str, width: int) -> tuple[bool, list[str] | None]:
    """Whether the cursor leads backwards, and the position that it names; the start of the list where there is none.

    A cursor of another order leads to the start too.
    """
    if cursor is None:
        return False, None
    try:
        of_order, back, position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        well_formed = isinstance(back, bool) and len(position) == width and all(isinstance(p, str) for p in position)
        well_formed = well_formed and not any("\0" in part for part in position)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        well_formed = False
    if not well_formed:
        raise _no_such_place()
    return (back, position) if of_order == order else (False, None)


def _execute(session: Session, query: Select[Any]) -> list[Any]:
    try:
        return list(session.execute(query))
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.DataError):  # a cursor or a filter made by hand
            raise _no_such_place() from error
        raise


def _no_such_place() -> ListInvalid:
    detail = "This place in the list does not exist: go back to the list's first page."
    return ListInvalid(detail, {"problem": "no_such_place"})
