"""How reminders stand, in a few figures; without the ORM, for everybody who wants to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection

_READ = """
SELECT s.ran_at, s.failure, s.failed_at,
       (SELECT count(*) FROM reminder_mails WHERE state IN ('waiting', 'sending')),
       (SELECT count(*) FROM reminder_mails WHERE state = 'given_up')
  FROM reminder_state AS s
"""
_RAN = "UPDATE reminder_state SET ran_at = %s, failure = NULL, failed_at = NULL"
_FAILED = "UPDATE reminder_state SET failure = %s, failed_at = %s"


@dataclass(frozen=True, slots=True)
class ReminderRecord:
    """When reminders were last seen to; why the last try failed, where none has succeeded since.

    `waiting` mails are tried again, those `given_up` are not.
    """

    ran_at: datetime | None
    failure: str | None
    failed_at: datetime | None
    waiting: int
    given_up: int


def read_record(connection: Connection) -> ReminderRecord:
    """What is known."""
    row: Any = connection.execute(_READ).fetchone()
    return ReminderRecord(*row)


def note_run(connection: Connection, moment: datetime) -> None:
    """Write down that everything that was due was seen to."""
    connection.execute(_RAN, (moment,))


def note_failure(connection: Connection, failure: str, moment: datetime) -> None:
    """Write down why nothing could be sent."""
    connection.execute(_FAILED, (failure, moment))
