"""What PostgreSQL and its programs say when they fail, as errors that a person can act on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from leasehold.backups.errors import BackupError, DiskFull

_WORDS_OF_A_FULL_DISK = ("No space left on device", "File too large", "Disk quota exceeded")
_LONGEST_REASON = 300


@contextmanager
def failures_of(doing: str) -> Iterator[None]:
    """Raise `BackupError` where PostgreSQL fails while the block is `doing` something, `DiskFull` for a full disk."""
    try:
        yield
    except psycopg.Error as error:
        raise _database_failed(error, doing) from error


def program_failed(name: str, status: int, said: str, *, doing: str) -> BackupError:
    """The error for the program `name` that ended with `status` while it was `doing` something, and said why.

    Only the first sentence of what it said is passed on: the rest may hold rows.
    """
    if is_disk_full(said):
        return disk_full(doing)
    found = re.search(r"(?:error|FATAL|PANIC): *(.+)", said)
    reason = found[1] if found else f"it was killed by signal {-status}" if status < 0 else f"it ended with {status}"
    return BackupError(f"{name}_failed", f"{doing} failed: {name} says: {reason[:_LONGEST_REASON]}. Nothing was kept.")


def is_disk_full(said: str) -> bool:
    """Whether `said`, of PostgreSQL or one of its programs, is about a full disk."""
    return any(words in said for words in _WORDS_OF_A_FULL_DISK)


def disk_full(doing: str) -> DiskFull:
    """The error for a disk that was full before the end."""
    return DiskFull("disk_full", f"{doing} failed: the disk is full. Nothing was kept: free some space, try again.")


def _database_failed(error: psycopg.Error, doing: str) -> BackupError:
    if isinstance(error, psycopg.errors.DiskFull):
        return disk_full(doing)
    reason = error.diag.message_primary or str(error).partition("\n")[0]
    return BackupError(
        "database_failed", f"{doing} failed: PostgreSQL says: {reason[:_LONGEST_REASON]}. Nothing was kept."
    )
