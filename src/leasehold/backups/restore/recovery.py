"""Bring a restore to its end that was interrupted between the old state and the new one: back before the renames,
onwards after them.
"""

import logging
import shutil
from collections.abc import Callable

from leasehold.backups.errors import BackupError
from leasehold.backups.lock import only_one
from leasehold.backups.places import Places
from leasehold.backups.restore.database_server import DatabaseServer, server_of
from leasehold.backups.restore.naming import is_draft_of
from leasehold.backups.restore.state import Journal, read_state
from leasehold.backups.restore.switching import complete, undo
from leasehold.kit.configuration import Configuration
from leasehold.kit.maintenance import end_maintenance, under_maintenance

_log = logging.getLogger(__name__)

INTERRUPTED = "Its process ended before the databases were swapped: everything is as it was. Start it again."


def finish_interrupted(configuration: Configuration) -> None:
    """End the maintenance that a dead restore has left behind; nothing happens where there is none.

    Raises `BackupRunning` while a restore is alive, and what stands in the way.
    """
    places = Places(configuration.data_dir)
    if not under_maintenance(places.data_dir):
        return
    with only_one(places, "The end of an interrupted restore"), server_of(configuration) as server:
        settle(places, server, _log.warning)


def settle(places: Places, server: DatabaseServer, say: Callable[[str], None]) -> None:
    """The same for who holds the lock, and tidy up what other dead restores have left."""
    if under_maintenance(places.data_dir):
        _end_maintenance(places, server, say)
    for name in server.names():
        if is_draft_of(server.name, name):
            server.drop(name)
    for left in (places.root / "work").glob("restore_*"):
        shutil.rmtree(left, ignore_errors=True)


def _end_maintenance(places: Places, server: DatabaseServer, say: Callable[[str], None]) -> None:
    state = read_state(places)
    if state is None or state.step.is_end:  # it died between its last two steps
        end_maintenance(places.data_dir)
        return
    journal = Journal(places, state, say)
    if server.exists(state.new):
        undo(places, server, journal, INTERRUPTED)
        say(f"The interrupted restore of {state.name} was undone: everything is as it was.")
    else:
        complete(places, server, journal)
        say(f"The interrupted restore of {state.name} was brought to its end.")


def failure_of(error: BaseException) -> str:
    """Why a restore has ended, as one sentence."""
    return error.detail if isinstance(error, BackupError) else f"{type(error).__name__}: {error}".split("\n", 1)[0]
