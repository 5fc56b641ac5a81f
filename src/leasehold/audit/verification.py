"""Is the audit log what was written? Every row, seal, checkpoint and personal value, read once, in constant memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import IsolationLevel

from leasehold.audit.breaks import Break, BreakKind, BrokenChain
from leasehold.audit.canonical import LEAF_COLUMNS, personal_digest
from leasehold.audit.chain_walk import ChainWalk
from leasehold.audit.checkpoints import Checkpoint, read_checkpoint, token_hash
from leasehold.audit.verdict import Verification
from leasehold.kit.database import Connection
from leasehold.kit.signing import KeyRing, SignatureRefused

OVERDUE_SECONDS: Final = 10
"""A row that has no seal by then says that no worker runs."""

_FETCH = 5000
# Names mean what they always mean, whatever the database's owner has set.
_PLAIN_NAMES = "SET LOCAL search_path = pg_catalog, public"
_SEALED_ROWS = f"""
SELECT coalesce(s.position, 0), coalesce(s.audit_id, 0), coalesce(s.leaf_hash, ''), coalesce(s.chain_hash, ''),
       {LEAF_COLUMNS}
  FROM public.audit_seals AS s LEFT JOIN public.audit_log AS l ON l.id = s.audit_id ORDER BY s.position, l.id
"""  # noqa: S608  # a constant of ours
_CHECKPOINTS = "SELECT number, token FROM public.audit_checkpoints ORDER BY number"
_UNSEALED = """
SELECT count(*), count(*) FILTER (WHERE l.occurred_at < clock_timestamp() - make_interval(secs => %s)),
       min(l.id) FILTER (WHERE l.id <= %s)
  FROM public.audit_log AS l
 WHERE NOT EXISTS (SELECT FROM public.audit_seals AS s WHERE s.audit_id = l.id)
"""
_COUNTS = """
SELECT (SELECT count(*) FROM public.audit_log), (SELECT count(*) FROM public.audit_seals),
       (SELECT count(*) FROM public.audit_checkpoints)
"""
_PERSONAL = """
SELECT v.audit_id, v.column_name, v.side, v.salt, v.value #>> '{}',
       CASE v.side WHEN 'before' THEN l.before ELSE l.after END ->> v.column_name
  FROM public.audit_personal_values AS v LEFT JOIN public.audit_log AS l ON l.id = v.audit_id
 ORDER BY v.audit_id, v.column_name, v.side
"""


def verify_audit(connection: Connection, keys: KeyRing, *, witness: str | None = None) -> Verification:
    """Look at the whole log as it is at this moment, and say whether it is what was written, or what is not.

    `connection` must be in no transaction; any role that may read the audit tables will do. `witness` is a checkpoint
    (a token) kept outside of the database, read *before* this call: with it a log that was rolled back as a whole is
    found too. Raises nothing for a broken log.
    """
    with _one_moment(connection):
        found: list[Break] = []
        walk = ChainWalk(connection)
        try:
            _walk(connection, walk, keys, witness)
        except BrokenChain as broken:
            found.append(broken.found)
        unsealed, overdue, forged = _one(connection, _UNSEALED, (OVERDUE_SECONDS, walk.final_id))
        if forged is not None:
            found.append(_inserted(forged))
        if not found:
            found.extend(_wrong_personal_value(connection))
        rows, sealed, checkpoints = _one(connection, _COUNTS)
    first = min(found, key=_age, default=None)
    return Verification(first is None, rows, sealed, unsealed, overdue, checkpoints, first)


@contextmanager
def _one_moment(connection: Connection) -> Iterator[None]:
    """A transaction that sees one moment and changes nothing."""
    isolation, read_only = connection.isolation_level, connection.read_only
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            connection.execute(_PLAIN_NAMES)
            yield
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = isolation, read_only


def _walk(connection: Connection, walk: ChainWalk, keys: KeyRing, witness: str | None) -> None:
    remembered = None if witness is None else _witness(witness, keys)
    marks = _checkpoints(connection, keys)
    mark, last = next(marks, None), None
    for position, audit_id, leaf, link, *columns in _stream(connection, "sealed", _SEALED_ROWS):
        walk.step(position, audit_id, bytes(leaf), bytes(link), columns)
        walk.meet_witness(remembered)
        while mark is not None and mark.size <= walk.position:
            walk.meet(mark)
            mark, last = next(marks, None), mark
    for ahead in (mark, remembered):
        if ahead is not None and ahead.size > walk.position:
            raise walk.truncated(ahead)
    if remembered is not None:
        _compare_with_table(last, remembered)


def _checkpoints(connection: Connection, keys: KeyRing) -> Iterator[Checkpoint]:
    """Every checkpoint of the table, each checked: its signature, and that it follows the one before it."""
    last: Checkpoint | None = None
    last_token = ""
    for number, token in _stream(connection, "checkpoints", _CHECKPOINTS):
        expected = last.number + 1 if last else 1
        if number != expected:
            raise BrokenChain(BreakKind.CHECKPOINT_REMOVED, f"Checkpoint {expected} is not there.")
        checkpoint = _trusted(number, token, keys)
        if checkpoint.number != number or checkpoint.previous != token_hash(last_token):
            what = f"Checkpoint {number} does not follow the one before it."
            raise BrokenChain(BreakKind.CHECKPOINT_CHANGED, what)
        if last is not None and (checkpoint.origin != last.origin or checkpoint.size < last.size):
            raise BrokenChain(BreakKind.CHECKPOINT_CHANGED, f"Checkpoint {number} is of another log.")
        last, last_token = checkpoint, token
        yield checkpoint


def _compare_with_table(last: Checkpoint | None, remembered: Checkpoint) -> None:
    # What a machine keeps is one of the table's, or was signed on top of its last one.
    number = last.number if last else 0
    if remembered.number > number + 1:
        detail = f"Checkpoint {number + 1} is not there, though the kept one came after it."
        raise BrokenChain(BreakKind.CHECKPOINT_REMOVED, detail)
    if last is not None and last.origin != remembered.origin:
        raise BrokenChain(BreakKind.ROLLED_BACK, "The kept checkpoint is of another log than the database's.")


def _trusted(number: int, token: str, keys: KeyRing) -> Checkpoint:
    try:
        return read_checkpoint(token, keys)
    except SignatureRefused as error:
        detail = f"Checkpoint {number} was not signed by this installation: {error}."
        raise BrokenChain(BreakKind.CHECKPOINT_CHANGED, detail) from error


def _witness(token: str, keys: KeyRing) -> Checkpoint:
    try:
        return read_checkpoint(token, keys)
    except SignatureRefused as error:
        detail = f"The checkpoint kept outside of the database was not signed by this installation: {error}."
        raise BrokenChain(BreakKind.CHECKPOINT_CHANGED, detail) from error


def _wrong_personal_value(connection: Connection) -> Iterator[Break]:
    """The first personal value that is not what its digest stands for; erased ones are no concern."""
    for audit_id, column, side, salt, value, digest in _stream(connection, "personal", _PERSONAL):
        if personal_digest(bytes(salt), value or "") != digest:
            detail = f"The personal value {side} {column} of row {audit_id} is not the one that was written."
            yield Break(BreakKind.PERSONAL_VALUE_CHANGED, detail, audit_id)
            return


def _inserted(audit_id: int) -> Break:
    detail = f"Row {audit_id} came into the log after everything with such an id had been sealed."
    return Break(BreakKind.ROW_INSERTED, detail, audit_id)


def _age(found: Break) -> int:
    """Which row is first; what names no row stands behind those that do."""
    return found.audit_id if found.audit_id is not None else 1 << 63


def _stream(connection: Connection, name: str, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(f"audit_{name}") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(query)
        yield from cursor


def _one(connection: Connection, query: str, parameters: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    row = connection.execute(query, parameters).fetchone()
    return () if row is None else row
