"""A full disk, said in words."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leasehold.backups.errors import DiskFull

_NO_ROOM = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the quota is used up", errno.EFBIG: "files are limited"}
_MIB = 1 << 20


@contextmanager
def room_needed(where: Path) -> Iterator[None]:
    """Write below `where` inside; raises `DiskFull` instead of the operating system's error."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise no_room(where, _NO_ROOM[error.errno]) from error


def no_room(where: Path, why: str) -> DiskFull:
    """What to say when something could not be written below `where`."""
    return DiskFull("disk_full", f"{where} cannot take more: {why}. Nothing is lost; make room, then do it again.")


def check_room(where: Path, needed: int) -> None:
    """Raise `DiskFull` where `needed` bytes do not fit below the directory `where`."""
    free = shutil.disk_usage(where).free
    if free < needed:
        raise DiskFull(
            "disk_full",
            f"{needed / _MIB:,.0f} MiB are needed on {where}, and {free / _MIB:,.0f} MiB are free. Nothing was "
            "changed; make room, then do it again.",
        )
