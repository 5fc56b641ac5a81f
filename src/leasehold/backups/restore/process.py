"""A restore in a process of its own, which outlives the one that asks for it."""

import os
import sys
import time

from leasehold.backups.detached import is_written, start_detached
from leasehold.backups.errors import BackupError, BackupRunning
from leasehold.backups.lock import who_works
from leasehold.backups.names import moment_of
from leasehold.backups.places import Places
from leasehold.embedded.log_files import log_path, open_log
from leasehold.kit.configuration import Configuration

LOG_NAME = "restore"
_POLL_SECONDS = 0.05


def start_restore(configuration: Configuration, name: str, *, actor: str) -> None:
    """Return when the restore of the backup called `name` has begun; how far it is stands in `Places.restoring`.

    Raises `BackupNameInvalid`, `BackupRunning` where a backup or restore is under way, and `BackupError`.
    """
    moment_of(name)
    places = Places(configuration.data_dir)
    working = who_works(places)
    if working is not None:
        raise BackupRunning(working)
    descriptor = open_log(configuration.data_dir, LOG_NAME)
    try:
        command = [sys.executable, "-P", "-m", "leasehold.backups.restore", name, actor]
        start_detached(command, configuration.as_environment(), descriptor)
    except BlockingIOError:
        raise BackupRunning("Another restore") from None
    finally:
        os.close(descriptor)
    _wait_until_begun(configuration, places)


def _wait_until_begun(configuration: Configuration, places: Places) -> None:
    log = log_path(configuration.data_dir, LOG_NAME)
    with log.open("rb") as file:
        while who_works(places) is None:
            if not is_written(file.fileno()):
                raise BackupError("restore_not_begun", f"The restore could not begin: see {log}. Nothing was changed.")
            time.sleep(_POLL_SECONDS)
