"""One backup or restore at a time on a machine: a lock of the kernel's, gone with the process that holds it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from leasehold.backups.errors import BackupRunning
from leasehold.backups.places import Places

_POLL_SECONDS = 0.1


@contextmanager
def only_one(places: Places, what: str, *, wait_seconds: float = 0) -> Iterator[None]:
    """Do `what` (a person reads it in another one's refusal) while nobody else does. Raises `BackupRunning`."""
    places.make()
    descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, time.monotonic() + wait_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{what} (process {os.getpid()})".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def who_works(places: Places) -> str | None:
    """Who holds the lock now, None where nobody does."""
    try:
        descriptor = os.open(places.lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _note(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def _take(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise BackupRunning(_note(descriptor)) from None
            time.sleep(_POLL_SECONDS)
        else:
            return


def _note(descriptor: int) -> str:
    return os.pread(descriptor, 500, 0).decode(errors="replace") or "Another backup"
