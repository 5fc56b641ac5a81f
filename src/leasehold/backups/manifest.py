"""What is in a backup: written when it is made, sealed with it, and what every later proof is held against."""

from typing import Final

import msgspec

FORMAT: Final = 1


class Chunk(msgspec.Struct, frozen=True):
    """A piece of a file, of at most 31 MiB, stored as one object.

    `sha256` and `size` (bytes) are those of the plain piece. `object` is the SHA-256 of what is stored (compressed by
    zstd, then sealed by age), `blob` git's id of the same, `stored` its size in bytes. Where `base` is given, zstd had
    the plain piece with that SHA-256 as its prefix (`--patch-from`), and needs it again. `first_line` is what the line
    that it begins with is known by: that finds it again in a later backup.
    """

    sha256: str
    size: int
    object: str
    blob: str
    stored: int
    base: str | None = None
    first_line: str = ""


class StoredFile(msgspec.Struct, frozen=True):
    """A file of the backup: its path below the backup's directory, its mode, its pieces in order (their SHA-256)."""

    path: str
    size: int
    sha256: str
    mode: int
    chunks: tuple[str, ...] = ()


class TableFacts(msgspec.Struct, frozen=True):
    """What a table held in the snapshot: `hash` sums the hashes of its rows.

    `file` is the path of the `StoredFile` that pg_dump put them into. `closed` says that nothing will be written to it
    any more (a past month's partition).
    """

    name: str
    rows: int
    hash: str
    file: str
    closed: bool = False


class Versions(msgspec.Struct, frozen=True):
    """Which programs made the backup, and what they found."""

    leasehold: str
    schema: int
    server: str
    pg_dump: str


class DatabaseFacts(msgspec.Struct, frozen=True):
    """What the snapshot was of. `audit_id` is the last row of the audit log in it, `bytes` the database's size."""

    versions: Versions
    system_identifier: str
    bytes: int
    audit_id: int
    roles: tuple[str, ...]
    tables: tuple[TableFacts, ...]


class Manifest(msgspec.Struct, frozen=True):
    """Everything about a backup. `chunks` describes each piece that a file or another piece refers to, bases first.

    `cycle` and `index` place it among the others: the first of a cycle stands alone, a later one may be stored as the
    difference to backup `index & (index - 1)` of the same cycle. `recipients` are the age recipients that it is sealed
    for.
    """

    name: str
    created_at: str
    reason: str
    database: DatabaseFacts
    files: tuple[StoredFile, ...]
    cycle: int = 0
    index: int = 0
    recipients: tuple[str, ...] = ()
    chunks: dict[str, Chunk] = {}
    format: int = FORMAT

    def as_json(self) -> bytes:
        """The bytes that are sealed and signed."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


def read_manifest(data: bytes) -> Manifest:
    """What `as_json` made. Raises `msgspec.MsgspecError`."""
    return msgspec.json.decode(data, type=Manifest)
