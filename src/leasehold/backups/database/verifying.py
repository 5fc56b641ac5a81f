"""Is a dump good? Only one that was restored and compared is."""

from collections.abc import Collection
from hashlib import file_digest
from pathlib import Path

import msgspec
import psycopg

from leasehold.backups.database.comparing import compare
from leasehold.backups.database.programs import Programs
from leasehold.backups.database.progress import Progress, silent
from leasehold.backups.database.restoring import make_roles, restore_dump
from leasehold.backups.database.scratch import scratch_cluster
from leasehold.backups.manifest import DatabaseFacts, Manifest, TableFacts
from leasehold.backups.room import check_room
from leasehold.embedded.layout import LEAST_FREE_BYTES


class KnownTable(msgspec.Struct, frozen=True):
    """The rows of a closed table that were restored and compared once: `sha256` is that of their file."""

    name: str
    rows: int
    hash: str
    sha256: str


def known_tables(manifest: Manifest) -> frozenset[KnownTable]:
    """The closed tables of a backup that was verified."""
    hashes = {file.path: file.sha256 for file in manifest.files}
    return frozenset(
        KnownTable(table.name, table.rows, table.hash, hashes[table.file])
        for table in manifest.database.tables
        if table.closed and table.file in hashes
    )


def verify(
    dump: Path,
    facts: DatabaseFacts,
    work: Path,
    programs: Programs,
    *,
    known: Collection[KnownTable] = (),
    jobs: int = 2,
    progress: Progress = silent,
) -> frozenset[str]:
    """Return where `dump`, restored in `work` (made and removed), is what `facts` says; raise `NotVerified` otherwise.

    A closed table whose very rows are among the `known` ones is not restored again; the names of those are returned.
    """
    unchanged = frozenset(table.name for table in facts.tables if table.closed and _is_known(table, dump, known))
    check_room(work.parent, facts.bytes + LEAST_FREE_BYTES)
    with scratch_cluster(work, programs) as conninfo:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            make_roles(connection, facts.roles)
        restore_dump(dump, conninfo, programs, skip=unchanged, jobs=jobs)
        compare(facts, conninfo, without=unchanged, jobs=jobs, progress=progress)
    return unchanged


def _is_known(table: TableFacts, dump: Path, known: Collection[KnownTable]) -> bool:
    candidates = {
        entry.sha256 for entry in known if (entry.name, entry.rows, entry.hash) == (table.name, table.rows, table.hash)
    }
    if not candidates:
        return False
    with (dump.parent / table.file).open("rb") as file:
        return file_digest(file, "sha256").hexdigest() in candidates
