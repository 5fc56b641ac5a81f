"""Keyset paging: every row once, in order, in both directions; forged addresses are refused in a sentence."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Integer, Select, Text, column, func, select, table
from sqlalchemy.orm import Session

from leasehold.kit.database import Database
from leasehold.kit.listing import (
    COUNT_CAP,
    Listing,
    ListInvalid,
    Wanted,
    choice,
    count_rows,
    number,
    read_page,
    stream_rows,
)
from leasehold.kit.orm import engine_of

_THINGS = table("things", column("id", Integer), column("colour", Text), column("weight", Integer))
_MAKE = """
CREATE TEMPORARY TABLE things (id integer PRIMARY KEY, colour text NOT NULL, weight integer);
INSERT INTO things SELECT n, (ARRAY['red', 'green', 'blue'])[mod(n, 3) + 1], CASE WHEN mod(n, 5) > 0 THEN mod(n, 7) END
  FROM generate_series(1, 53) AS n;
"""


def _query(_context: None) -> Select[tuple[int]]:
    return select(_THINGS.c.id)


THINGS: Listing[None, int] = Listing(
    name="things",
    query=_query,
    read=lambda row, _context: int(row[0]),
    key=(_THINGS.c.id,),
    orders={"id": None, "weight": func.coalesce(_THINGS.c.weight, 99), "colour": _THINGS.c.colour},
    default_order="id",
    conditions={"colour": choice(_THINGS.c.colour, ("red", "green", "blue")), "weight": number(_THINGS.c.weight)},
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(engine_of(database)) as session:
        session.connection().exec_driver_sql(_MAKE)
        yield session


def _walk(session: Session, order: str, limit: int) -> tuple[list[int], list[int]]:
    """All rows by the next pages, and all but the last page's by the previous pages, in the order of the list."""
    forwards: list[int] = []
    cursor = None
    while True:
        page = read_page(session, THINGS, Wanted(order=order, cursor=cursor, limit=limit), None)
        forwards += page.rows
        if page.next is None:
            break
        cursor = page.next
    backwards: list[int] = page.rows
    while page.previous is not None:
        page = read_page(session, THINGS, Wanted(order=order, cursor=page.previous, limit=limit), None)
        backwards = page.rows + backwards
    return forwards, backwards


@pytest.mark.parametrize("order", ["id", "-id", "weight", "-weight", "colour", "-colour"])
@pytest.mark.parametrize("limit", [1, 7, 53, 100])
def test_paging_gives_each_row_once_in_both_directions(session: Session, order: str, limit: int) -> None:
    everything = list(stream_rows(session, THINGS, Wanted(order=order), None))
    assert sorted(everything) == list(range(1, 54))
    assert _walk(session, order, limit) == (everything, everything)


def test_a_row_that_comes_meanwhile_shifts_no_page(session: Session) -> None:
    first = read_page(session, THINGS, Wanted(order="id", limit=10), None)
    session.connection().exec_driver_sql("INSERT INTO things VALUES (-1, 'red', 1)")
    second = read_page(session, THINGS, Wanted(order="id", limit=10, cursor=first.next), None)
    assert (first.rows, second.rows) == (list(range(1, 11)), list(range(11, 21)))
    assert second.previous is not None


def test_filters_hold_and_are_counted(session: Session) -> None:
    filters = {"colour": ["red"], "weight": ["1", "2"]}
    rows = read_page(session, THINGS, Wanted(filters), None).rows
    assert rows == [n for n in range(1, 54) if n % 3 == 0 and n % 5 and n % 7 in {1, 2}]
    assert count_rows(session, THINGS, filters, None) == len(rows)


def test_counting_stops(session: Session) -> None:
    session.connection().exec_driver_sql("INSERT INTO things SELECT n, 'red', 1 FROM generate_series(100, 9999) AS n")
    assert count_rows(session, THINGS, {}, None) == COUNT_CAP + 1


def test_a_cursor_of_another_order_leads_to_the_start(session: Session) -> None:
    cursor = read_page(session, THINGS, Wanted(order="id", limit=10), None).next
    assert read_page(session, THINGS, Wanted(order="-id", cursor=cursor, limit=1), None).rows == [53]


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(order="secret"),
        Wanted(order="--id"),
        Wanted({"taste": ["sweet"]}),
        Wanted({"colour": ["pink"]}),
        Wanted({"weight": ["1 OR 1=1"]}),
        Wanted({"weight": ["9" * 30]}),
        Wanted({"weight": ["1"] * 51}),
        Wanted(cursor="nonsense"),
        Wanted(cursor="WyJpZCIsZmFsc2UsWyJ4Il1d"),  # ["id",false,["x"]]
        Wanted(cursor="WyJpZCIsZmFsc2UsWyIxIiwiMiJdXQ"),  # ["id",false,["1","2"]]
        Wanted(cursor="WyJpZCIsMSxbIjEiXV0"),  # ["id",1,["1"]]
        Wanted(cursor="WyJpZCIsZmFsc2UsWyJcdTAwMDAiXV0"),  # ["id",false,["\u0000"]]
        Wanted(cursor="WyJpZCIsZmFsc2UsWyI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiXV0"),  # a number that is too large
        Wanted(cursor="[" * 5000),
        Wanted(cursor="%00"),
    ],
)
def test_what_is_forged_is_refused(session: Session, wanted: Wanted) -> None:
    with pytest.raises(ListInvalid):
        read_page(session, THINGS, wanted, None)
