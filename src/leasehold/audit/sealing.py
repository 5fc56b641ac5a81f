"""Append to the hash chain what was written into the log since, and sign it: for the worker, every second.

1. One sealer at a time, by a lock of the transaction; whoever does not get it leaves at once.
2. Every row that can be seen and has no seal gets the next position, in the order of ids. A slow transaction's row is
   not there yet and gets a later position; nothing waits for it.
3. What can no longer appear: a seal whose transaction is older than every running one stands above nothing but ended
   transactions (they are numbered before they take ids), and this run has sealed all that those left. So ids up to
   that seal's are final; the next run looks only above, and verification knows later rows there for forged ones.
4. A checkpoint goes into the table when it is quiet, or after a minute; into the witness file at every run that
   sealed something, so that not even the owner of the database has longer than until then.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from leasehold.audit.canonical import GENESIS, LEAF_COLUMNS, leaf_hash, link_hash
from leasehold.audit.checkpoints import (
    Checkpoint,
    no_checkpoint,
    read_checkpoint,
    read_witness,
    write_witness,
)
from leasehold.kit.database import Connection
from leasehold.kit.signing import KeyRing, SignatureRefused

_log = logging.getLogger(__name__)

BATCH: Final = 5000
_MOST_BATCHES = 10

_TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('leasehold.seal_audit', 0))"
# In a statement of its own, after the lock: what the sealer before us committed is seen.
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
_LAST_CHECKPOINT = "SELECT number, token FROM audit_checkpoints ORDER BY number DESC LIMIT 1"
_HEAD = "SELECT position, chain_hash FROM audit_seals ORDER BY position DESC LIMIT 1"
_UNSEALED = f"""
SELECT {LEAF_COLUMNS} FROM audit_log AS l
 WHERE l.id > %s AND NOT EXISTS (SELECT FROM audit_seals AS s WHERE s.audit_id = l.id)
 ORDER BY l.id LIMIT %s
"""  # noqa: S608  # a constant of ours
_SEAL = """
INSERT INTO audit_seals (position, audit_id, leaf_hash, chain_hash)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[])
"""
# The highest sealed id whose sealer is older than every transaction that was running at the horizon.
_FINAL_ID = """
SELECT coalesce(max(audit_id), 0) FROM audit_seals
 WHERE audit_id > %s AND age(xmin) > age((%s::text::xid8)::xid)
"""
_CHECK_IN = "INSERT INTO audit_checkpoints (number, token) VALUES (%s, %s)"
_LINK_AT = "SELECT chain_hash FROM audit_seals WHERE position = %s"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a checkpoint goes into the table: when it is quiet, but not sooner than; and not later than."""

    soonest: timedelta = timedelta(seconds=5)
    latest: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Signed:
    """The last checkpoint of the table, and its token."""

    checkpoint: Checkpoint
    token: str


@dataclass(frozen=True, slots=True)
class _Head:
    """The end of the chain."""

    position: int
    link: bytes


_PACE = Pace()


def seal_audit(connection: Connection, keys: KeyRing, data_dir: Path, *, pace: Pace = _PACE) -> int:
    """Commit seals for all rows that have none, in batches; returns how many. `data_dir` holds the witness file."""
    sealed = 0
    for _ in range(_MOST_BATCHES):
        amount = _seal_batch(connection, keys, data_dir, pace)
        sealed += amount
        if amount < BATCH:
            break
    return sealed


def _seal_batch(connection: Connection, keys: KeyRing, data_dir: Path, pace: Pace) -> int:
    if not _value(connection, _TAKE_TURN):
        connection.rollback()
        return 0
    horizon = str(_value(connection, _HORIZON))
    last = _last_checkpoint(connection, keys)
    head = _head(connection)
    rows = connection.execute(_UNSEALED, (last.checkpoint.final_id, BATCH)).fetchall()
    if rows:
        head = _append(connection, head, rows)
    final_id = _final_id(connection, last, horizon) if len(rows) < BATCH else last.checkpoint.final_id
    following = last.checkpoint.then(last.token, size=head.position, chain=head.link, final_id=final_id)
    due = _is_due(last.checkpoint, following, pace.latest if rows else pace.soonest)
    if due:
        connection.execute(_CHECK_IN, (following.number, following.signed(keys)))
    elif not rows:
        connection.rollback()
        return 0
    connection.commit()
    if not _leave_witness(connection, following, keys, data_dir) and due:
        _log.error("the audit log is not the one that this machine remembers: run `leasehold audit verify`")
    return len(rows)


def _append(connection: Connection, head: _Head, rows: list[tuple[Any, ...]]) -> _Head:
    leaves = [leaf_hash(row) for row in rows]
    links = []
    link = head.link
    for leaf in leaves:
        link = link_hash(link, leaf)
        links.append(link)
    end = head.position + len(rows)
    positions = list(range(head.position + 1, end + 1))
    connection.execute(_SEAL, (positions, [row[0] for row in rows], leaves, links))
    return _Head(end, link)


def _head(connection: Connection) -> _Head:
    row = connection.execute(_HEAD).fetchone()
    return _Head(int(str(row[0])), bytes(row[1])) if row else _Head(0, GENESIS)  # type: ignore[call-overload]  # bytea


def _final_id(connection: Connection, last: _Signed, horizon: str) -> int:
    return int(str(_value(connection, _FINAL_ID, (last.checkpoint.final_id, horizon))))


def _last_checkpoint(connection: Connection, keys: KeyRing) -> _Signed:
    """A forged one is followed as what it is: verification names it, and sealing goes on."""
    row = connection.execute(_LAST_CHECKPOINT).fetchone()
    if row is None:
        return _Signed(no_checkpoint(), "")
    number, token = int(str(row[0])), str(row[1])
    try:
        return _Signed(read_checkpoint(token, keys), token)
    except SignatureRefused as error:
        _log.error("checkpoint %s of the audit log was not signed here: %s", number, error)  # no defect
        unknown = no_checkpoint()
        return _Signed(Checkpoint(unknown.origin, number, "", 0, "", 0, unknown.time), token)


def _is_due(last: Checkpoint, following: Checkpoint, after: timedelta) -> bool:
    if (following.size, following.final_id) == (last.size, last.final_id):
        return False
    if last.number == 0:
        return True
    # A clock that was put back must not keep us from signing.
    return abs(datetime.now(UTC) - last.signed_at) >= after


def _leave_witness(connection: Connection, checkpoint: Checkpoint, keys: KeyRing, data_dir: Path) -> bool:
    """Write the file, unless it speaks of a chain that is no longer in the database: then it is the evidence."""
    token = read_witness(data_dir)
    if token is not None and not _still_true(connection, token, keys):
        return False
    write_witness(data_dir, checkpoint.signed(keys))
    return True


def _still_true(connection: Connection, token: str, keys: KeyRing) -> bool:
    try:
        remembered = read_checkpoint(token, keys)
    except SignatureRefused:
        return False
    link = _value(connection, _LINK_AT, (remembered.size,))
    connection.rollback()
    return isinstance(link, bytes) and link.hex() == remembered.chain


def _value(connection: Connection, statement: str, parameters: tuple[Any, ...] = ()) -> object:
    row = connection.execute(statement, parameters).fetchone()
    return row[0] if row else None
