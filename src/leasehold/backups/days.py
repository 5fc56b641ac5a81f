"""Which day's backup is made, by whom: one run for each day, whichever machine's worker comes first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from leasehold.kit.database import Connection

AGAIN_AFTER: Final = timedelta(minutes=15)
"""How long after a failure the day's backup is tried again."""

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('leasehold.daily_backup', 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('leasehold.daily_backup', 0))"
# An installation's first look says that the days before it are no concern of its.
_BEGIN = """
INSERT INTO backup_days (day, finished_at)
SELECT %s, clock_timestamp() WHERE NOT EXISTS (SELECT FROM backup_days)
"""
_IS_DUE = """
SELECT NOT EXISTS (
    SELECT FROM backup_days
     WHERE day >= %s AND (finished_at IS NOT NULL OR failure IS NOT NULL AND started_at > clock_timestamp() - %s))
"""
_START = """
INSERT INTO backup_days AS d (day) VALUES (%s)
ON CONFLICT (day) DO UPDATE SET started_at = clock_timestamp(), tries = d.tries + 1, failure = NULL
"""
_LATEST = """
SELECT day, started_at, tries, finished_at, backup, failure FROM backup_days ORDER BY day DESC LIMIT %s
"""
_SUCCEEDED = "UPDATE backup_days SET finished_at = clock_timestamp(), backup = %s, failure = NULL WHERE day = %s"
_FAILED = "UPDATE backup_days SET failure = %s WHERE day = %s"


@dataclass(frozen=True, slots=True)
class Day:
    """A day and its backup: `backup` names it once it is `finished_at`; `failure` says why the last try failed."""

    day: date
    started_at: datetime
    tries: int
    finished_at: datetime | None
    backup: str | None
    failure: str | None


def list_days(connection: Connection, *, most: int) -> list[Day]:
    """The latest days, the newest first."""
    rows: Any = connection.execute(_LATEST, (most,))
    return [Day(*row) for row in rows]


def is_due(connection: Connection, day: date) -> bool:
    """Whether the backup of `day` is yet to be made, now. In an installation's first look it never is. Commits."""
    connection.execute(_BEGIN, (day,))
    due = _truth(connection.execute(_IS_DUE, (day, AGAIN_AFTER)).fetchone())
    connection.commit()
    return due


@contextmanager
def claimed(connection: Connection) -> Iterator[bool]:
    """Whether this process may make the daily backup; nobody else may until the end. It dies with the connection."""
    taken = _truth(connection.execute(_LOCK).fetchone())
    connection.commit()
    try:
        yield taken
    finally:
        if taken and not connection.closed:
            connection.rollback()
            connection.execute(_UNLOCK)
            connection.commit()


def start(connection: Connection, day: date) -> None:
    """Write down that the backup of `day` is being made. Commits."""
    connection.execute(_START, (day,))
    connection.commit()


def finish(connection: Connection, day: date, *, backup: str) -> None:
    """Write down that it is made, and what it is called. Commits."""
    connection.execute(_SUCCEEDED, (backup, day))
    connection.commit()


def fail(connection: Connection, day: date, *, failure: str) -> None:
    """Write down why it was not made; it is tried again later. Commits."""
    connection.execute(_FAILED, (failure, day))
    connection.commit()


def _truth(row: Any) -> bool:
    return row is not None and row[0] is True
