"""The moment in which a restored database takes the place of the one that was there.

1. Everybody keeps still; nobody may connect to the replaced database any more, and who is connected is cut off. What
   is to be remembered of it is read by a connection that was there before.
2. The restored database is made ready, sealed and closed. Until here all of it can be undone.
3. Two renames in one transaction. From here on it is brought to its end, however often it is interrupted.
4. The files are swapped, then everybody may connect again and goes on.
"""

import shutil
from pathlib import Path

import msgspec

from leasehold.backups.manifest import Manifest
from leasehold.backups.places import Places
from leasehold.backups.restore.adopting import adopt, reading, remember, seal_restored
from leasehold.backups.restore.database_server import DatabaseServer
from leasehold.backups.restore.files import RestoredFiles
from leasehold.backups.restore.state import Carried, Journal, Outcome, Step
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.kit.maintenance import begin_maintenance, end_maintenance, under_maintenance


def work_directory(places: Places, name: str) -> Path:
    """Where the backup called `name` is unpacked to be restored."""
    return places.work(name).with_name(f"restore_{name}")


def files_of(places: Places, journal: Journal) -> RestoredFiles:
    """The files that the restore puts back."""
    work = work_directory(places, journal.state.name)
    kept = places.root / "replaced" / journal.state.previous
    return RestoredFiles(work / "backup", work / "stage", places.data_dir, kept)


def rehearse(places: Places, server: DatabaseServer, journal: Journal, manifest: Manifest, outcome: Outcome) -> Outcome:
    """What the switch would do; nothing of it is kept."""
    state, files = journal.state, files_of(places, journal)
    with reading(server.database(state.database)) as replaced, _into(server, state.new) as connection:
        carried, notes = _adopt(places, journal, connection, replaced, manifest)
        connection.rollback()
    return _told(outcome, carried, notes, files)


def switch(places: Places, server: DatabaseServer, journal: Journal, manifest: Manifest, outcome: Outcome) -> Outcome:
    """Put the restored database in its place; where that fails, everything is as it was, and the error is raised."""
    state, files = journal.state, files_of(places, journal)
    journal.reach(Step.SWITCHING, "Maintenance begins: the license server answers 503 until the databases are swapped.")
    begin_maintenance(places.data_dir)
    with reading(server.database(state.database)) as replaced:
        if server.exists(state.database):
            server.close(state.database, but=[replaced] if replaced else [])
        with _into(server, state.new) as connection:
            carried, notes = _adopt(places, journal, connection, replaced, manifest)
            connection.commit()
            seal_restored(connection, files.stage)
    told = _told(outcome, carried, notes, files)
    journal.reach(Step.SWITCHING, "The restored database is ready.", outcome=told)
    server.close(state.new)
    server.rename(*([(state.database, state.previous)] if outcome.previous else []), (state.new, state.database))
    complete(places, server, journal)
    return told


def complete(places: Places, server: DatabaseServer, journal: Journal) -> None:
    """Everything after the renames; does what is not done yet."""
    journal.reach(Step.SWITCHED, "The databases are swapped.")
    files_of(places, journal).swap()
    server.open(journal.state.database)
    journal.reach(Step.DONE, "Maintenance is over.")
    end_maintenance(places.data_dir)
    shutil.rmtree(work_directory(places, journal.state.name), ignore_errors=True)


def undo(places: Places, server: DatabaseServer, journal: Journal, reason: str) -> None:
    """Everything before the renames, taken back: the database that was there serves again, the new one is gone."""
    state = journal.state
    if under_maintenance(places.data_dir):
        if server.exists(state.database):
            server.open(state.database)
        end_maintenance(places.data_dir)
    server.drop(state.new)
    shutil.rmtree(work_directory(places, state.name), ignore_errors=True)
    journal.fail(reason)


def _into(server: DatabaseServer, name: str) -> Connection:
    return server.database(name).connect(application="restore")


def _adopt(
    places: Places, journal: Journal, connection: Connection, replaced: Connection | None, manifest: Manifest
) -> tuple[tuple[Carried, ...], tuple[str, ...]]:
    """The doors that were closed, and what a person should know of those that could not be looked at."""
    state = journal.state
    known = remember(replaced, places.data_dir)
    previous = state.previous if replaced is not None else None
    carried = adopt(connection, places, manifest, known, actor=Actor(state.actor), previous=previous)
    if replaced is None:
        notes: tuple[str, ...] = (
            f"The database {state.database} could not be read, so nothing was carried over from it: keys that were "
            "revoked, people that were disabled and devices that were blocked since the backup are as they were in it. "
            "Who was erased since is known from the file beside it, and was erased again.",
        )
    else:
        notes = tuple(
            f"Of the replaced database, {kind} could not be read ({reason}): they are as they were in the backup."
            for kind, reason in known.doors.unread.items()
        )
    return carried, notes


def _told(outcome: Outcome, carried: tuple[Carried, ...], notes: tuple[str, ...], files: RestoredFiles) -> Outcome:
    return msgspec.structs.replace(
        outcome, carried=carried, notes=notes, files=files.swapped(), differing=files.differing()
    )
