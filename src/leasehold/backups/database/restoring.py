"""Restore a dump into an empty database, with stock pg_restore."""

from collections.abc import Collection, Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg
from psycopg import sql

from leasehold.backups.database.failures import failures_of
from leasehold.backups.database.programs import Programs, check_version
from leasehold.backups.database.toc import read_toc, without_rows_of
from leasehold.backups.database.way_in import way_in
from leasehold.kit.database import Connection

_DOING = "The restore"


def make_roles(connection: Connection, roles: Iterable[str]) -> None:
    """Make those of `roles` that the cluster does not have: without a login, to own things and be granted some."""
    known = {name for (name,) in connection.execute("SELECT rolname::text FROM pg_roles")}
    for role in roles:
        if role not in known:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))


def restore_dump(
    dump: Path,
    conninfo: str,
    programs: Programs,
    *,
    skip: Collection[str] = (),
    with_owners: bool = True,
    jobs: int = 2,
) -> None:
    """Restore everything of `dump` but the rows of the tables in `skip` into the empty database of `conninfo`.

    The roles have to be there. Without owners everything belongs to who connects. Raises `BackupError`; the database is
    of no use then.
    """
    with failures_of(_DOING):
        with psycopg.connect(conninfo) as connection:
            check_version(connection, programs)
        with (
            way_in(conninfo, dump.parent) as database,
            NamedTemporaryFile("w", encoding="utf-8", prefix="list-", dir=dump.parent) as list_file,
        ):
            list_file.write(without_rows_of(read_toc(dump, programs), skip))
            list_file.flush()
            arguments = ["--exit-on-error", f"--jobs={jobs}", "--no-password", f"--use-list={list_file.name}"]
            arguments += [] if with_owners else ["--no-owner"]
            programs.run("pg_restore", *arguments, database, str(dump), doing=_DOING)
