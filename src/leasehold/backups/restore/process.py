"""A restore in a process of its own, which outlives the one that asks for it."""

import os
import subprocess
import sys

from leasehold.backups.errors import BackupRunning
from leasehold.backups.lock import who_works
from leasehold.backups.names import moment_of
from leasehold.backups.places import Places
from leasehold.embedded.log_files import open_log
from leasehold.kit.configuration import Configuration

LOG_NAME = "restore"


def start_restore(configuration: Configuration, name: str, *, actor: str) -> None:
    """Begin to restore the backup called `name`; how far it is stands in `Places.restoring`.

    Raises `BackupNameInvalid`, and `BackupRunning` where a backup or restore is under way.
    """
    moment_of(name)
    working = who_works(Places(configuration.data_dir))
    if working is not None:
        raise BackupRunning(working)
    descriptor = open_log(configuration.data_dir, LOG_NAME)
    try:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "leasehold.backups.restore", name, actor],
            env={**os.environ, **configuration.as_environment()},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
        )
    finally:
        os.close(descriptor)
