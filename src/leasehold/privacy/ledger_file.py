"""The ledger of erasures beside the database: a file that no restore puts back, so that nobody comes back with one.

It stands with the backups of this machine, which the data of a backup never contain; one JSON object on each line, with
ids and digests only.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, LiteralString

import msgspec

from leasehold.kit.database import Connection
from leasehold.privacy.ledger import Entry

READ_LEDGER: Final[LiteralString] = """
SELECT contact_id, contact_created_at, erased_at, erased_by, reason, digests FROM erasure_ledger ORDER BY id
"""
Row = tuple[Any, ...]
_PLACE: Final = Path("backups", "erasures.jsonl")


class _Line(msgspec.Struct, frozen=True):
    contact_id: int
    contact_created_at: datetime | None
    erased_at: datetime
    erased_by: str
    reason: str
    digests: tuple[bytes, ...]


def entries_of(rows: Sequence[Row]) -> list[Entry]:
    """What `READ_LEDGER` answers."""
    return [Entry(*row) for row in rows]


def rows_of_file(data_dir: Path) -> list[Row]:
    """What the file has, as the ledger's table would answer."""
    return [_row(entry) for entry in read_ledger_file(data_dir)]


def write_ledger_file(connection: Connection, data_dir: Path) -> int:
    """Add to the file what the database's ledger has and it has not, for good; returns how many that was.

    What the file alone knows stays: the database may be an older one. Only what is committed may be read.
    """
    path = data_dir / _PLACE
    known = {_key(entry) for entry in read_ledger_file(data_dir)}
    rows: list[Any] = connection.execute(READ_LEDGER).fetchall()
    missing = [entry for entry in entries_of(rows) if _key(entry) not in known]
    if missing:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            # A line that a crash has cut short ends here.
            file.write(b"\n".join([b"", *map(_encode, missing), b""]))
            file.flush()
            os.fsync(file.fileno())
    return len(missing)


def read_ledger_file(data_dir: Path) -> list[Entry]:
    """What the file has, each once; a line that was cut short by a crash is passed over, and written again."""
    try:
        lines = (data_dir / _PLACE).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return list({_key(entry): entry for entry in _decoded(lines)}.values())


def _decoded(lines: Sequence[bytes]) -> Iterator[Entry]:
    for line in lines:
        try:
            found = msgspec.json.decode(line, type=_Line)
        except msgspec.MsgspecError:
            continue
        yield Entry(**{field: getattr(found, field) for field in found.__struct_fields__})


def _encode(entry: Entry) -> bytes:
    return msgspec.json.encode(
        _Line(
            entry.contact_id,
            entry.contact_created_at,
            entry.erased_at,
            entry.erased_by,
            entry.reason,
            tuple(bytes(digest) for digest in entry.digests),
        )
    )


def _key(entry: Entry) -> tuple[int, float]:
    return entry.contact_id, 0.0 if entry.contact_created_at is None else entry.contact_created_at.timestamp()


def _row(entry: Entry) -> Row:
    return (
        entry.contact_id,
        entry.contact_created_at,
        entry.erased_at,
        entry.erased_by,
        entry.reason,
        list(entry.digests),
    )
