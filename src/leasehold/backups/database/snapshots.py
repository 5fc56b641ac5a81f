"""One moment of the database, for several connections; and no partition of the heartbeats made or dropped meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from leasehold.backups.database.tables import fix_formats
from leasehold.backups.errors import BackupError
from leasehold.kit.database import Connection, Database

APPLICATION = "backup"
_PARTITIONS = "hashtextextended('leasehold.heartbeat_partitions', 0)"
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Snapshot:
    """A moment of `database`, held open by `connection`; `id` is its name for `pg_dump --snapshot`."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self.connection = connection
        self.id = str(connection.execute("SELECT pg_export_snapshot()").fetchone()[0])  # type: ignore[index]
        self._database = database

    @property
    def conninfo(self) -> str:
        """How a program gets in that is to see it."""
        return make_conninfo(self._database.conninfo, application_name=f"leasehold {APPLICATION}")

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """One more connection that sees the same; its texts are in the fixed formats."""
        with self._database.connect(application=APPLICATION, autocommit=True) as connection:
            fix_formats(connection)
            connection.execute(_BEGIN)
            connection.execute(f"SET TRANSACTION SNAPSHOT '{self.id}'")
            yield connection


@contextmanager
def snapshot_of(database: Database, *, wait_seconds: float) -> Iterator[Snapshot]:
    """A snapshot for as long as the block runs.

    Raises `BackupError` where the partitions of the heartbeats are being changed for longer than `wait_seconds`.
    """
    with database.connect(application=APPLICATION, autocommit=True) as connection:
        fix_formats(connection)
        _hold_partitions(connection, wait_seconds)
        connection.execute(_BEGIN)
        yield Snapshot(database, connection)


def _hold_partitions(connection: Connection, wait_seconds: float) -> None:
    """Until the connection ends; partition maintenance takes the same lock."""
    connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{wait_seconds * 1000:.0f}ms",))
    try:
        connection.execute(f"SELECT pg_advisory_lock({_PARTITIONS})")
    except psycopg.errors.LockNotAvailable:
        raise BackupError(
            "partitions_being_changed",
            f"The partitions of the heartbeats have been changed for {wait_seconds:.0f} s, and no backup can be made "
            "meanwhile: try again later. Nothing was changed.",
        ) from None
