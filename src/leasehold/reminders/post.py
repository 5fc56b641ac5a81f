"""The mails and the ledger in the database: each step one statement, committed by whoever takes it."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from leasehold.customers.vocabulary import Language
from leasehold.kit.database import Connection
from leasehold.reminders.planning import PlannedMail
from leasehold.reminders.recipients import Recipient
from leasehold.reminders.subject import About, Due
from leasehold.reminders.vocabulary import ReminderKind

INTERRUPTED: Final = "The program ended while it was sending this mail, so it may have arrived."
_FIRST_PAUSE: Final = timedelta(minutes=15)
_LONGEST_PAUSE: Final = timedelta(hours=12)

_WRITE_MAIL = """
INSERT INTO reminder_mails (message_id, kind, contact_id, recipient, language, next_attempt_at)
VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""
# An earlier mail that has not left yet need not tell of that license any more: this one does, by a nearer rule.
_SUPERSEDE = """
UPDATE reminder_ledger AS e SET state = 'superseded'
  FROM reminder_mails AS m
 WHERE m.id = e.mail_id AND m.state = 'waiting' AND e.state = 'told' AND e.license_id = %s AND e.about = %s
"""
_WRITE_ENTRY = """
INSERT INTO reminder_ledger (rule_id, license_id, pool_id, activity_id, about, mail_id, state)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
# Whoever was sending these is gone: only one process sends at a time, and it is this one.
_DOUBT = """
UPDATE reminder_mails
   SET state = 'waiting', doubts = doubts + 1, next_attempt_at = %(moment)s, failure = %(failure)s
 WHERE state = 'sending'
"""
_NEXT = """
SELECT id FROM reminder_mails WHERE state = 'waiting' AND next_attempt_at <= %s AND id > %s ORDER BY id LIMIT 1
"""
_READ = "SELECT id, message_id, kind, contact_id, recipient, language, attempts FROM reminder_mails WHERE id = %s"
# What is not true any more, of licenses, pools and activities; with it goes what it had superseded in the same mail.
_WITHDRAW = """
UPDATE reminder_ledger SET state = 'withdrawn'
 WHERE mail_id = %(mail)s AND state <> 'withdrawn'
   AND NOT (coalesce(license_id = ANY (%(licenses)s), false) OR coalesce(pool_id = ANY (%(pools)s), false)
            OR coalesce(activity_id = ANY (%(activities)s), false))
   AND (state = 'told' OR NOT EXISTS (SELECT FROM reminder_ledger AS later
                                       WHERE later.license_id = reminder_ledger.license_id
                                         AND later.about = reminder_ledger.about
                                         AND later.mail_id > reminder_ledger.mail_id AND later.state <> 'withdrawn'))
"""
_CANCEL = "UPDATE reminder_mails SET state = 'cancelled', next_attempt_at = NULL WHERE id = %s"
_BEGIN = """
UPDATE reminder_mails SET state = 'sending', attempts = attempts + 1, attempted_at = %(moment)s, next_attempt_at = NULL
 WHERE id = %(mail)s AND state = 'waiting'
"""
_SENT = """
UPDATE reminder_mails SET state = 'sent', sent_at = clock_timestamp(), failure = NULL
 WHERE id = %s AND state = 'sending'
"""
_WAIT = """
UPDATE reminder_mails
   SET state = 'waiting', next_attempt_at = %(at)s, failure = %(failure)s, doubts = doubts + %(doubts)s
 WHERE id = %(mail)s AND state = 'sending'
"""
_GIVE_UP = "UPDATE reminder_mails SET state = 'given_up', failure = %s WHERE id = %s AND state = 'sending'"
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is to be sent; None as its recipient where the person was erased."""

    id: int
    message_id: str
    kind: ReminderKind
    recipient: Recipient | None
    attempts: int


def write_mail(connection: Connection, planned: PlannedMail, *, domain: str, moment: datetime) -> int:
    """A mail that is to be sent now, with its lines in the ledger; its id."""
    to = planned.recipient
    message_id = f"<{uuid.uuid4()}@{domain}>"
    row: Any = connection.execute(
        _WRITE_MAIL, (message_id, planned.kind.value, to.contact_id, to.address, to.language.value, moment)
    ).fetchone()
    with connection.cursor() as cursor:
        cursor.executemany(_SUPERSEDE, [(due.about.license_id, due.about.at) for due in planned.dues])
        cursor.executemany(_WRITE_ENTRY, [entry for due in planned.dues for entry in _entries(due, row[0])])
    return int(row[0])


def doubt_interrupted(connection: Connection, moment: datetime) -> int:
    """Mails whose sender has died wait again, and say that they may have arrived; returns how many."""
    return connection.execute(_DOUBT, {"moment": moment, "failure": INTERRUPTED}).rowcount


def next_mail(connection: Connection, moment: datetime, *, after: int) -> Mail | None:
    """The first mail after that id whose time has come."""
    row: Any = connection.execute(_NEXT, (moment, after)).fetchone()
    return None if row is None else _read(connection, row[0])


def withdraw_others(connection: Connection, mail_id: int, about: Collection[About]) -> None:
    """Of the mail only these are true still: what else stands in it is told by no mail, and may be due again."""
    licenses = [one.license_id for one in about if one.license_id is not None]
    pools = [one.pool_id for one in about if one.pool_id is not None]
    activities = [one.activity_id for one in about if one.activity_id is not None]
    names = {"mail": mail_id, "licenses": licenses, "pools": pools, "activities": activities}
    connection.execute(_WITHDRAW, names)


def cancel(connection: Connection, mail_id: int) -> None:
    """Nothing of the mail is true any more: it is never sent."""
    connection.execute(_CANCEL, (mail_id,))


def begin(connection: Connection, mail_id: int, moment: datetime) -> None:
    """Write down, before anything is sent, that an attempt begins."""
    connection.execute(_BEGIN, {"mail": mail_id, "moment": moment})


def note_sent(connection: Connection, mail: Mail) -> None:
    """The server has taken it."""
    connection.execute(_SENT, (mail.id,))


def note_given_up(connection: Connection, mail: Mail, reason: str) -> None:
    """The server will never take it."""
    connection.execute(_GIVE_UP, (reason[:_LONGEST_REASON], mail.id))


def note_wait(connection: Connection, mail: Mail, reason: str, moment: datetime, *, in_doubt: bool = False) -> None:
    """It is tried again, later each time: after 15 minutes, an hour, four, then twice a day."""
    pause = min(_FIRST_PAUSE * 4 ** min(mail.attempts, 10), _LONGEST_PAUSE)
    parameters = {"at": moment + pause, "failure": reason[:_LONGEST_REASON], "doubts": int(in_doubt), "mail": mail.id}
    connection.execute(_WAIT, parameters)


def _entries(due: Due[Any], mail_id: int) -> Sequence[tuple[Any, ...]]:
    about = due.about
    rules = [(due.rule_id, "told"), *((rule, "superseded") for rule in due.superseded_rule_ids)]
    return [
        (rule, about.license_id, about.pool_id, about.activity_id, about.at, mail_id, state) for rule, state in rules
    ]


def _read(connection: Connection, mail_id: int) -> Mail:
    row: Any = connection.execute(_READ, (mail_id,)).fetchone()
    id_, message_id, kind, contact_id, address, language, attempts = row
    recipient = None if address is None else Recipient(contact_id, address, Language(language))
    return Mail(id_, message_id, ReminderKind(kind), recipient, attempts)
