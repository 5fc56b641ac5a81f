"""How reminders stand, in a few figures; without the ORM, for everybody who wants to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection

_SENT_HOURS = 24
_GIVEN_UP_DAYS = 7
_READ = """
SELECT s.ran_at, s.failure, s.failed_at,
       w.waiting, coalesce(extract(epoch FROM clock_timestamp() - w.since), 0)::float8, g.all_of_them, g.lately,
       (SELECT count(*) FROM reminder_mails
         WHERE state = 'sent' AND sent_at > clock_timestamp() - make_interval(hours => %(sent_hours)s))
  FROM reminder_state AS s,
       LATERAL (SELECT count(*) AS waiting, min(created_at) AS since
                  FROM reminder_mails WHERE state IN ('waiting', 'sending')) AS w,
       LATERAL (SELECT count(*) AS all_of_them, count(*) FILTER (
                           WHERE attempted_at > clock_timestamp() - make_interval(days => %(given_up_days)s)) AS lately
                  FROM reminder_mails WHERE state = 'given_up') AS g
"""
_RAN = "UPDATE reminder_state SET ran_at = %s, failure = NULL, failed_at = NULL"
_FAILED = "UPDATE reminder_state SET failure = %s, failed_at = %s"


@dataclass(frozen=True, slots=True)
class ReminderRecord:
    """When reminders were last seen to; why the last try failed, where none has succeeded since.

    `waiting` mails are tried again, the oldest one was written `waiting_seconds` ago; those `given_up` are not, unless
    somebody asks for it. `sent_lately` is of the last day, `given_up_lately` of the last seven.
    """

    ran_at: datetime | None
    failure: str | None
    failed_at: datetime | None
    waiting: int
    waiting_seconds: float
    given_up: int
    given_up_lately: int
    sent_lately: int


def read_record(connection: Connection) -> ReminderRecord:
    """What is known."""
    row: Any = connection.execute(_READ, {"sent_hours": _SENT_HOURS, "given_up_days": _GIVEN_UP_DAYS}).fetchone()
    return ReminderRecord(*row)


def note_run(connection: Connection, moment: datetime) -> None:
    """Write down that everything that was due was seen to."""
    connection.execute(_RAN, (moment,))


def note_failure(connection: Connection, failure: str, moment: datetime) -> None:
    """Write down why nothing could be sent."""
    connection.execute(_FAILED, (failure, moment))
