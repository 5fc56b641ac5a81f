"""Dump the database with stock pg_dump, and learn in the same moment what is in it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leasehold.backups.database.facts import database_facts, database_size
from leasehold.backups.database.failures import failures_of
from leasehold.backups.database.programs import Programs, check_version, finish
from leasehold.backups.database.progress import Progress, silent
from leasehold.backups.database.snapshots import APPLICATION, Snapshot, snapshot_of
from leasehold.backups.database.tables import list_tables, read_tables
from leasehold.backups.database.toc import read_toc, table_files
from leasehold.backups.database.way_in import way_in
from leasehold.backups.manifest import DatabaseFacts
from leasehold.backups.room import check_room, room_needed
from leasehold.embedded.layout import LEAST_FREE_BYTES
from leasehold.kit.database import Database

_DOING = "The dump"
_HEARTBEATS = "public.license_heartbeats*"
_UPLOADS = "public.import_upload_parts"
_PARTITIONS_WAIT_SECONDS = 30.0


def dump(
    database: Database,
    target: Path,
    *,
    programs: Programs,
    heartbeats: str = "all",
    jobs: int = 2,
    progress: Progress = silent,
) -> DatabaseFacts:
    """Make `target` a dump in directory format, and return what is in it; files are named as seen from beside it.

    What an interrupted one left is made anew. With `heartbeats` "structure" their rows stay out. `progress` is told
    of tables. Raises `BackupError` (`WrongVersion`, `DiskFull`); there is no `target` then.
    """
    with failures_of(_DOING), room_needed(target.parent), _whole_or_gone(target):
        with database.connect(application=APPLICATION) as connection:
            check_version(connection, programs)
            check_room(target.parent, database_size(connection) + LEAST_FREE_BYTES)
        with snapshot_of(database, wait_seconds=_PARTITIONS_WAIT_SECONDS) as snapshot:
            tables = list_tables(snapshot.connection)
            with _pg_dump(snapshot, target, programs, heartbeats, jobs) as process:
                contents = read_tables(
                    snapshot.connect, tables, jobs=jobs, each=lambda done: progress("dumped", done, len(tables))
                )
                finish(process, "pg_dump", doing=_DOING)
            files = table_files(read_toc(target, programs))
            return database_facts(
                snapshot.connection,
                {table: contents[table.name] for table in tables},
                files={name: f"{target.name}/{file}" for name, file in files.items()},
                pg_dump=programs.version,
            )


@contextmanager
def _whole_or_gone(target: Path) -> Iterator[None]:
    shutil.rmtree(target, ignore_errors=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


@contextmanager
def _pg_dump(
    snapshot: Snapshot, target: Path, programs: Programs, heartbeats: str, jobs: int
) -> Iterator["subprocess.Popen[str]"]:
    arguments = [
        "--format=directory", "--compress=0", f"--jobs={jobs}", f"--snapshot={snapshot.id}", "--no-password",
        "--lock-wait-timeout=30s", f"--exclude-table-data={_UPLOADS}", f"--file={target}",
    ]  # fmt: skip
    if heartbeats == "structure":
        arguments.append(f"--exclude-table-data={_HEARTBEATS}")
    with (
        way_in(snapshot.conninfo, target.parent) as database,
        programs.running("pg_dump", *arguments, database) as process,
    ):
        yield process
