"""Move what refers to one institution or customer to another, and back: a statement for each foreign key."""

from collections.abc import Sequence
from typing import Any

from psycopg.sql import SQL, Composed, Identifier

from leasehold.kit.database import Connection
from leasehold.leads.merging.references import Fate, Reference

Moved = dict[str, list[int]]
"""The keys of what moved, by the name of the foreign key; of what is not the primary one any more, by `…:primary`."""

_COUNT = "SELECT count(*) FILTER (WHERE NOT ({unless})), count(*) FROM {table} AS m WHERE m.{column} = %(loser)s"
# Rows are locked in the order of their ids, as everybody does.
_LOCK = (
    "SELECT {key} FROM {table} AS m WHERE m.{column} = %(loser)s AND NOT ({unless}) ORDER BY {key} FOR NO KEY UPDATE"
)
_MOVE = "UPDATE {table} AS m SET {column} = %(winner)s WHERE m.{column} = %(loser)s AND m.{key} = ANY (%(keys)s)"
_DEMOTE = """
UPDATE {table} AS m SET is_primary = false
 WHERE m.{column} = %(loser)s AND m.is_primary AND m.{key} = ANY (%(keys)s)
   AND EXISTS (SELECT FROM {table} AS w WHERE w.is_primary AND {rival})
RETURNING m.{key}
"""
_PROMOTE = "UPDATE {table} AS m SET is_primary = true WHERE m.{column} = %(loser)s AND m.{key} = ANY (%(keys)s)"
_DROP = "DELETE FROM {table} AS m WHERE m.{column} = %(loser)s"
_STRAYED = """
SELECT count(*) FROM {table} AS m
 WHERE m.{key} = ANY (%(keys)s) AND m.{column} IS DISTINCT FROM %(winner)s
"""
# A customer has one open test license of a product, unless there is a reason for a further one.
_EXCUSE_TESTS = """
UPDATE licenses AS m SET further_test_reason = %(reason)s
 WHERE m.customer_id = %(loser)s AND m.type = 'test' AND m.deleted_at IS NULL AND m.further_test_reason IS NULL
   AND EXISTS (SELECT FROM licenses AS w
                WHERE w.customer_id = %(winner)s AND w.product_id = m.product_id AND w.type = 'test'
                  AND w.deleted_at IS NULL AND w.further_test_reason IS NULL
                  AND tstzrange(w.valid_from, w.valid_until) && tstzrange(m.valid_from, m.valid_until))
RETURNING m.id
"""
_ACCUSE_TESTS = (
    "UPDATE licenses SET further_test_reason = NULL WHERE id = ANY (%(keys)s) AND further_test_reason = %(reason)s"
)
_TESTS = "licenses:further_test"


def count_rows(connection: Connection, reference: Reference, *, loser: int, winner: int) -> tuple[int, int]:
    """How many rows would move, and how many there are."""
    row: Any = connection.execute(_of(_COUNT, reference), {"loser": loser, "winner": winner}).fetchone()
    return int(row[0]), int(row[1])


def move_rows(connection: Connection, references: Sequence[Reference], *, loser: int, winner: int) -> Moved:
    """Move what moves, drop what is dropped; returns what has moved."""
    moved: Moved = {}
    whose = {"loser": loser, "winner": winner}
    for reference in references:
        if reference.fate is Fate.DROPPED:
            connection.execute(_of(_DROP, reference), whose)
        if reference.fate is not Fate.MOVES:
            continue
        keys = _keys(connection.execute(_of(_LOCK, reference), whose).fetchall())
        if not keys:
            continue
        if reference.rival is not None:
            demoted = connection.execute(_of(_DEMOTE, reference), whose | {"keys": keys}).fetchall()
            moved[f"{reference.name}:primary"] = _keys(demoted)
        connection.execute(_of(_MOVE, reference), whose | {"keys": keys})
        moved[reference.name] = keys
    return {name: keys for name, keys in moved.items() if keys}


def move_rows_back(
    connection: Connection, references: Sequence[Reference], moved: Moved, *, loser: int, winner: int
) -> None:
    """The other way: what is still the winner's becomes the loser's again."""
    for reference in references:
        keys = moved.get(reference.name, [])
        if keys:
            connection.execute(_of(_MOVE, reference), {"loser": winner, "winner": loser, "keys": keys})
        primary = moved.get(f"{reference.name}:primary", [])
        if primary:
            connection.execute(_of(_PROMOTE, reference), {"loser": loser, "keys": primary})


def strayed(connection: Connection, reference: Reference, moved: Moved, *, winner: int) -> int:
    """How many rows that moved belong to somebody else than the winner now."""
    keys = moved.get(reference.name, [])
    if not keys or not reference.is_whole_key:
        return 0
    row: Any = connection.execute(_of(_STRAYED, reference), {"winner": winner, "keys": keys}).fetchone()
    return int(row[0])


def excuse_open_tests(connection: Connection, *, loser: int, winner: int, reason: str) -> Moved:
    """Give a reason to the loser's open test licenses beside which the winner has one; the licenses are locked."""
    whose = {"loser": loser, "winner": winner, "reason": reason}
    keys = _keys(connection.execute(_EXCUSE_TESTS, whose).fetchall())
    return {_TESTS: keys} if keys else {}


def take_excuses_back(connection: Connection, moved: Moved, *, reason: str) -> None:
    """Take the reasons away that the merge has given."""
    if moved.get(_TESTS):
        connection.execute(_ACCUSE_TESTS, {"keys": moved[_TESTS], "reason": reason})


def lock_licenses(connection: Connection, customer_ids: Sequence[int]) -> None:
    """Lock all licenses of these customers, in the order of their ids."""
    statement = "SELECT FROM licenses WHERE customer_id = ANY (%(ids)s) ORDER BY id FOR NO KEY UPDATE"
    connection.execute(statement, {"ids": list(customer_ids)})


def _of(statement: Any, reference: Reference) -> Composed:
    return SQL(statement).format(
        table=Identifier(reference.table),
        column=Identifier(reference.column),
        key=Identifier(reference.key),
        unless=SQL(reference.unless),
        rival=SQL(reference.rival or "false"),
    )


def _keys(rows: Sequence[Any]) -> list[int]:
    return [int(row[0]) for row in rows]
