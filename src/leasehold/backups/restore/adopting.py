"""What a restored database needs before it may take the place of another one."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from leasehold.audit.checkpoints import read_witness
from leasehold.audit.sealing import Pace, seal_audit
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import BackupError
from leasehold.backups.manifest import Manifest
from leasehold.backups.places import Places
from leasehold.backups.record import write_record
from leasehold.backups.restore.doors import ClosedDoors, close_doors, read_closed_doors, with_erasures_of_file
from leasehold.backups.restore.state import Carried
from leasehold.backups.settings import read_backup_settings
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database
from leasehold.kit.signing import load_key_ring

ACTION: Final = "restored"
_APPLICATION: Final = "restore"
_PATIENCE: Final = {"statement_timeout": "60s"}
_AT_ONCE: Final = Pace(timedelta(0), timedelta(0))
# Nobody's silence counts before the service is there again, which is when its next pulse is written. The epoch of the
# keys must be one that no process has seen, neither of the replaced database nor of an earlier restore.
_BEGIN_ANEW: Final = """
UPDATE runtime
   SET available_since = clock_timestamp(), service_pulse = 'epoch',
       api_key_epoch = greatest(api_key_epoch + 1, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
"""
_END_SIGN_INS: Final = "UPDATE staff_sessions SET ended_at = clock_timestamp() WHERE ended_at IS NULL"
_RECORD: Final = "SELECT audit_event(%s, 'backups', %s, %s)"
_LAST_CHECKPOINT: Final = "SELECT token FROM audit_checkpoints ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Replaced:
    """What is remembered of the database that is replaced; `checkpoint` is its last signed word about its audit log."""

    doors: ClosedDoors
    checkpoint: str | None = None


@contextmanager
def reading(database: Database) -> Iterator[Connection | None]:
    """A connection to the database that is going to be replaced, None where it cannot be had.

    One that breaks meanwhile does no harm.
    """
    try:
        connection = database.connect(application=_APPLICATION, lock_timeout_ms=5000, settings=_PATIENCE)
    except psycopg.Error:
        yield None
        return
    try:
        yield connection
    finally:
        connection.close()


def remember(connection: Connection | None, data_dir: Path) -> Replaced:
    """All that can be read of the database that is replaced, and of who was erased."""
    if connection is None:
        return Replaced(with_erasures_of_file(ClosedDoors({}, {}), data_dir))
    return Replaced(with_erasures_of_file(read_closed_doors(connection), data_dir), _last_checkpoint(connection))


def adopt(
    connection: Connection,
    places: Places,
    manifest: Manifest,
    replaced: Replaced,
    *,
    actor: Actor,
    previous: str | None,
) -> tuple[Carried, ...]:
    """Close the doors, end the sign-ins, give sessions a fresh timeout, and record it all; nothing is committed.

    Returns the doors that had stood open in the backup.
    """
    actor.sign(connection)
    connection.execute(_BEGIN_ANEW)
    connection.execute(_END_SIGN_INS)
    _write_record(connection, places)
    carried = close_doors(connection, replaced.doors, actor)
    details: dict[str, Any] = {
        "created_at": manifest.created_at,
        "audit_id": manifest.database.audit_id,
        "replaced": previous,
        "replaced_checkpoint": replaced.checkpoint,
        "witness": _witness_of(places.data_dir),
        "carried_over": {one.kind: len(one.names) for one in carried},
    }
    connection.execute(_RECORD, (ACTION, manifest.name, Jsonb(details)))
    return carried


def seal_restored(connection: Connection, stage: Path) -> None:
    """Seal and sign what was recorded, by the keys in the directory `stage`, and leave the new witness there."""
    while seal_audit(connection, load_key_ring(stage), stage, pace=_AT_ONCE):
        pass


def _write_record(connection: Connection, places: Places) -> None:
    """What is known of the newest backups is known from the catalogue; a damaged one keeps nobody from a restore."""
    with contextlib.suppress(BackupError):
        archived = read_backup_settings(connection).archive is not None
        write_record(connection, Catalog(places).backups(), archived=archived)


def _witness_of(data_dir: Path) -> str | None:
    """The checkpoint that this machine remembers, None where it cannot be read."""
    try:
        return read_witness(data_dir)
    except OSError:
        return None


def _last_checkpoint(connection: Connection) -> str | None:
    try:
        row = connection.execute(_LAST_CHECKPOINT).fetchone()
        connection.rollback()
    except psycopg.Error:
        return None
    return None if row is None else str(row[0])
