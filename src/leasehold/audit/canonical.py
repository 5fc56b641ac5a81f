"""What is hashed of an audit row, and how: the same bytes after dump and restore, on every version of PostgreSQL.

A leaf is SHA-256 over 0x00 and the row; a link of the chain is SHA-256 over 0x01, the link before it and the leaf (the
prefixes are those of RFC 6962). A row is its columns in the order of `LEAF_COLUMNS`, each as one byte that says what
it is, its length, its bytes. JSON is taken apart, since neither the order of its keys nor the writing of its numbers
is a promise of PostgreSQL's.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

GENESIS: Final = bytes(32)
"""The link before the first one."""

LEAF_COLUMNS: Final = """
l.id, extract(epoch FROM l.occurred_at)::text, l.actor, l.action, l.table_name, l.row_id,
l.before::text, l.after::text, l.request_id, l.address::text
"""
"""What to select of `audit_log AS l` for `leaf_hash`; all of its columns, so that no column is outside of the hash."""

_BEFORE, _AFTER = 6, 7
_PERSONAL_PREFIX = "sha256:"


def leaf_hash(columns: Sequence[Any]) -> bytes:
    """The 32 bytes that stand for a row, out of its `LEAF_COLUMNS`."""
    number, occurred_at, *_ = columns
    hashed = sha256(b"\x00")
    hashed.update(_text(str(number)))
    hashed.update(_text(_microseconds(occurred_at)))
    for index in range(2, len(columns)):
        value = columns[index]
        if value is None:
            hashed.update(b"n")
        elif index in {_BEFORE, _AFTER}:
            hashed.update(_json(json.loads(value, parse_int=Decimal, parse_float=Decimal)))
        else:
            hashed.update(_text(value))
    return hashed.digest()


def link_hash(before: bytes, leaf: bytes) -> bytes:
    """The 32 bytes that stand for a row and all rows before it."""
    return sha256(b"\x01" + before + leaf).digest()


def personal_digest(salt: bytes, value: str) -> str:
    """What stands in the log for a personal value (as the database's `audit_write` makes it)."""
    return _PERSONAL_PREFIX + sha256(salt + value.encode()).hexdigest()


def _microseconds(epoch: str) -> str:
    """Whole microseconds since 1970; what is no number ("Infinity") as it is."""
    seconds = Decimal(epoch)
    return str(int(seconds.scaleb(6))) if seconds.is_finite() else epoch


def _text(value: str) -> bytes:
    encoded = value.encode()
    return b"s%d:%b" % (len(encoded), encoded)


def _json(value: Any) -> bytes:
    match value:
        case None:
            return b"n"
        case bool():
            return b"t" if value else b"f"
        case str():
            return _text(value)
        case Decimal():
            digits = _digits(value)
            return b"d%d:%b" % (len(digits), digits)
        case list():
            return b"a%d:%b" % (len(value), b"".join(map(_json, value)))
        case _:
            members = sorted((key.encode(), member) for key, member in value.items())
            return b"o%d:%b" % (len(members), b"".join(_text(k.decode()) + _json(member) for k, member in members))


def _digits(number: Decimal) -> bytes:
    """Plain digits without trailing zeros, exact at any length: 1.50 and 15e-1 are both 1.5."""
    digits = format(number, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return b"0" if digits == "-0" else digits.encode()
