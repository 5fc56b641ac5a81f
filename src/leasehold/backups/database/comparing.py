"""Is a restored database the one that was dumped? Every table, by the number of its rows and their hashes."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import psycopg

from leasehold.backups.database.failures import failures_of
from leasehold.backups.database.progress import Progress, silent
from leasehold.backups.database.tables import Content, fix_formats, list_tables, read_tables
from leasehold.backups.errors import NotVerified
from leasehold.backups.manifest import DatabaseFacts, TableFacts
from leasehold.kit.database import Connection


def compare(
    facts: DatabaseFacts,
    conninfo: str,
    *,
    without: Collection[str] = (),
    jobs: int = 2,
    progress: Progress = silent,
) -> None:
    """Return where the database of `conninfo` holds what `facts` says, and nothing besides.

    The tables named in `without` were not restored, so they must be empty. Raises `NotVerified`, which names each
    table that differs with both counts, and `BackupError` where it cannot be read.
    """
    wanted = {table.name: table for table in facts.tables if table.name not in without}
    with failures_of("Comparing the restored database"):
        found = _read(conninfo, jobs, progress)
    problems = [problem for name, table in wanted.items() if (problem := _difference(table, found.get(name)))]
    problems += [
        f"{name} has {content.rows:,} rows that no dump had"
        for name, content in found.items()
        if content.rows and name not in wanted
    ]
    if problems:
        raise NotVerified(
            "restore_differs", f"What was restored is not what was dumped: {'; '.join(problems)}. It is not used."
        )


def _read(conninfo: str, jobs: int, progress: Progress) -> dict[str, Content]:
    @contextmanager
    def connect() -> Iterator[Connection]:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            fix_formats(connection)
            yield connection

    with connect() as connection:
        tables = list_tables(connection)
    return read_tables(connect, tables, jobs=jobs, each=lambda done: progress("compared", done, len(tables)))


def _difference(wanted: TableFacts, found: Content | None) -> str | None:
    if found is None:
        return f"{wanted.name} is missing, with {wanted.rows:,} rows"
    if found.rows != wanted.rows:
        return f"{wanted.name} has {found.rows:,} rows, {wanted.rows:,} were dumped"
    if found.hash != wanted.hash:
        return f"{wanted.name} has {found.rows:,} rows as before, but not the same ones"
    return None
