"""What is known against a way to reach somebody, where both of a merge have it written down.

The loser's row stays behind then, and what it says against being used is true of the winner's: an objection, and that
nobody is reached by it.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString

from leasehold.kit.database import Connection
from leasehold.leads.merging.moving import Moved

# `w` is the winner's row that says the same as the loser's `m`.
_OBJECT: Final[LiteralString] = """
UPDATE contact_details AS w SET opt_out = true
  FROM contact_details AS m
 WHERE m.institution_id = %(loser)s AND w.institution_id = %(winner)s
   AND w.kind = m.kind AND w.value_norm = m.value_norm AND m.opt_out AND NOT w.opt_out
RETURNING w.id
"""
_DOUBT: Final[LiteralString] = """
UPDATE contact_details AS w SET status = 'invalid'
  FROM contact_details AS m
 WHERE m.institution_id = %(loser)s AND w.institution_id = %(winner)s
   AND w.kind = m.kind AND w.value_norm = m.value_norm AND m.status = 'invalid' AND w.status = %(status)s
RETURNING w.id
"""
_WITHDRAW: Final[LiteralString] = "UPDATE contact_details SET opt_out = false WHERE id = ANY (%(keys)s) AND opt_out"
_TRUST: Final[LiteralString] = (
    "UPDATE contact_details SET status = %(status)s WHERE id = ANY (%(keys)s) AND status = 'invalid'"
)
_OPT_OUT: Final = "contact_details:opt_out"
_WAS: Final = {status: f"contact_details:was_{status}" for status in ("unverified", "verified")}


def carry_objections_over(connection: Connection, *, loser: int, winner: int) -> Moved:
    """Make what the winner has of the loser's say what is known against it; returns which rows say more now."""
    whose = {"loser": loser, "winner": winner}
    carried = {_OPT_OUT: _keys(connection.execute(_OBJECT, whose).fetchall())}
    for status, name in _WAS.items():
        carried[name] = _keys(connection.execute(_DOUBT, {**whose, "status": status}).fetchall())
    return {name: keys for name, keys in carried.items() if keys}


def take_objections_back(connection: Connection, moved: Moved) -> None:
    """Let those rows say what they said before, as far as they still say what the merge has made them say."""
    connection.execute(_WITHDRAW, {"keys": moved.get(_OPT_OUT, [])})
    for status, name in _WAS.items():
        connection.execute(_TRUST, {"keys": moved.get(name, []), "status": status})


def _keys(rows: Sequence[Any]) -> list[int]:
    return [int(row[0]) for row in rows]
