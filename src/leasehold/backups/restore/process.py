"""A restore in a process of its own, which outlives the one that asks for it."""

import os
import subprocess
import sys
import time

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
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "leasehold.backups.restore", name, actor],
            env={**os.environ, **configuration.as_environment()},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
        )
    finally:
        os.close(descriptor)
    while who_works(places) is None:
        if process.poll() is not None:
            log = log_path(configuration.data_dir, LOG_NAME)
            raise BackupError("restore_not_begun", f"The restore could not begin: see {log}. Nothing was changed.")
        time.sleep(_POLL_SECONDS)
