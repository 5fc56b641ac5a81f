"""Activities whose day has come: told to whoever is to do them, once for each day that they are due on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from leasehold.customers.vocabulary import Language
from leasehold.kit.orm import driver_connection
from leasehold.leads.vocabulary import ActivityKind
from leasehold.reminders.letters import Letter, day_in_words, write_letter
from leasehold.reminders.subject import About, Due, Look
from leasehold.reminders.vocabulary import ReminderKind

_RULE = "SELECT id FROM reminder_rules WHERE kind = 'activity_due' AND active"
_OPEN = """
  FROM activities AS a
  JOIN institutions AS i ON i.id = a.institution_id AND i.archived_at IS NULL AND i.merged_into_id IS NULL
  JOIN staff_members AS s ON s.id = a.assignee_id AND s.disabled_at IS NULL
 WHERE a.done_at IS NULL AND a.due_at < %(end_of_day)s
"""
_DUE = f"""
SELECT s.email, a.id, a.kind, a.subject, i.name, a.due_at
{_OPEN}
   AND NOT EXISTS (SELECT FROM reminder_ledger AS e
                    WHERE e.activity_id = a.id AND e.about = a.due_at AND e.state <> 'withdrawn')
 ORDER BY a.due_at, a.id
"""  # noqa: S608  # made of constants
_STILL_DUE = f"""
SELECT a.id, a.kind, a.subject, i.name, a.due_at
{_OPEN}
   AND EXISTS (SELECT FROM reminder_ledger AS e JOIN reminder_mails AS m ON m.id = e.mail_id
                WHERE e.activity_id = a.id AND e.about = a.due_at AND e.state = 'told'
                  AND e.mail_id = %(mail)s AND m.recipient = s.email)
 ORDER BY a.due_at, a.id
"""  # noqa: S608  # made of constants


@dataclass(frozen=True, slots=True)
class DueActivity:
    """Something to be done, about which institution."""

    activity_id: int
    kind: ActivityKind
    subject: str
    institution: str
    due_at: datetime


class ActivityDue:
    """Tells members of the staff what they have to do today, all in one letter; late ones that were not told, too.

    In the language of the vendor's mails: members of the staff have none of their own.
    """

    kind: Final = ReminderKind.ACTIVITY_DUE

    def due(self, look: Look) -> list[Due[DueActivity]]:
        """The activities of today and before that their assignees were not told of."""
        connection = driver_connection(look.session)
        rule: Any = connection.execute(_RULE).fetchone()
        if rule is None:
            return []
        rows: Any = connection.execute(_DUE, {"end_of_day": _end_of_day(look)})
        return [
            Due(look.vendor.colleague(email), _activity(row), About(row[-1], activity_id=row[0]), rule[0])
            for email, *row in rows
        ]

    def still_due(self, look: Look, mail_id: int) -> list[tuple[About, DueActivity]]:
        """Those of the mail that are open still, on the same day, and the recipient's to do."""
        asked = {"end_of_day": _end_of_day(look), "mail": mail_id}
        rows: Any = driver_connection(look.session).execute(_STILL_DUE, asked)
        return [(About(row[-1], activity_id=row[0]), _activity(row)) for row in rows]

    def settle(self, look: Look) -> None:
        """Nothing: another day is another reminder."""

    def write(self, look: Look, language: Language, items: Sequence[DueActivity], *, signed: str) -> Letter:
        """One letter about all of them, the earliest at the top."""
        days = {item: day_in_words(item.due_at.astimezone(look.zone).date(), language) for item in items}
        return write_letter(self.kind.value, language, activities=items, days=days, signed=signed)


def _activity(row: Sequence[Any]) -> DueActivity:
    return DueActivity(row[0], ActivityKind(row[1]), *row[2:])


def _end_of_day(look: Look) -> datetime:
    tomorrow = look.moment.astimezone(look.zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), look.zone)
