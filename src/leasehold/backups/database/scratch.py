"""A PostgreSQL to try a restore in: made for the purpose, out of everybody's way, gone afterwards."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from leasehold.backups.database.failures import disk_full, failures_of, is_disk_full
from leasehold.backups.database.programs import Programs
from leasehold.backups.errors import BackupError
from leasehold.backups.room import room_needed
from leasehold.embedded.cluster import Cluster
from leasehold.embedded.leftovers import wait_for_earlier
from leasehold.kit.database import DATABASE_NAME
from leasehold.kit.errors import ConfigurationError

_DOING = "Making a PostgreSQL to try the restore in"
_EARLIER_SECONDS = 60
_SETTINGS = {
    "maintenance_work_mem": "64MB",
    "max_connections": "20",
    "max_parallel_maintenance_workers": "0",
    "shared_buffers": "128MB",
}


@contextmanager
def scratch_cluster(directory: Path, programs: Programs) -> Iterator[str]:
    """How the superuser connects to an empty database of a cluster of its own, which lives in `directory`.

    It is reached through a socket only. It is stopped and removed where the block ends, or by the next call for the
    same directory where this process was killed. Raises `BackupError` where it cannot be made.
    """
    cluster = Cluster(directory, programs=programs.directory, settings=_SETTINGS, throwaway=True)
    _remove(cluster)
    try:
        with failures_of(_DOING), room_needed(directory.parent):
            _start(cluster)
        yield make_conninfo(cluster.superuser_conninfo, dbname=DATABASE_NAME)
    finally:
        cluster.stop()
        _remove(cluster)


def _start(cluster: Cluster) -> None:
    cluster.data_dir.mkdir(mode=0o700)
    log = cluster.data_dir / "log"
    try:
        with log.open("wb") as file:
            cluster.start(file)
    except ConfigurationError as error:
        said = log.read_text(errors="replace")
        if is_disk_full(f"{error} {said}"):
            raise disk_full(_DOING) from error
        raise BackupError(
            "scratch_failed", f"There is no PostgreSQL to try the restore in: {error} {said[-300:]}"
        ) from error


def _remove(cluster: Cluster) -> None:
    wait_for_earlier(cluster.directory, cluster.socket_dir, seconds=_EARLIER_SECONDS, pause=time.sleep)
    shutil.rmtree(cluster.data_dir, ignore_errors=True)
    shutil.rmtree(cluster.socket_dir, ignore_errors=True)
