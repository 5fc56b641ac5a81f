"""Licenses that end: a ladder of days before, on and after the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from leasehold.customers.vocabulary import Language
from leasehold.kit.orm import driver_connection
from leasehold.reminders.letters import Letter, day_in_words, write_letter
from leasehold.reminders.recipients import RECIPIENTS, Recipient
from leasehold.reminders.subject import About, Due, Look
from leasehold.reminders.vocabulary import ReminderKind

CATCH_UP_DAYS: Final = 30
"""How long after a license's end a reminder that was missed is made up for."""

# The rules that are due of each license: their day has come and lies within the term that ends so, and neither they
# nor a nearer one was told. `rules` begins with the nearest to the end, or the furthest after it.
_DUE = f"""
SELECT l.id, l.license_key, p.name, i.name, l.valid_until, due.rules, r.contact_id, r.address, r.language
  FROM (SELECT l.id, array_agg(rule.id ORDER BY rule.days_before) AS rules
          FROM licenses AS l
          JOIN license_terms AS t ON t.license_id = l.id AND t.voided_at IS NULL AND upper(t.period) = l.valid_until
          JOIN reminder_rules AS rule ON rule.kind = 'license_expiry' AND rule.active
         WHERE l.valid_until > %(moment)s - make_interval(days => %(catch_up)s)
           AND l.valid_until <= %(moment)s + make_interval(days => (
                   SELECT max(days_before) FROM reminder_rules WHERE kind = 'license_expiry' AND active))
           AND l.valid_until IS NOT NULL AND l.suspended_at IS NULL AND l.deleted_at IS NULL
           AND l.valid_until - make_interval(days => rule.days_before) BETWEEN lower(t.period) AND %(moment)s
           AND NOT EXISTS (SELECT FROM reminder_ledger AS e JOIN reminder_rules AS told ON told.id = e.rule_id
                            WHERE e.license_id = l.id AND e.about = l.valid_until AND e.state <> 'withdrawn'
                              AND told.days_before <= rule.days_before)
         GROUP BY l.id) AS due
  JOIN licenses AS l ON l.id = due.id
  JOIN products AS p ON p.id = l.product_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
  LEFT JOIN ({RECIPIENTS}) AS r ON r.customer_id = l.customer_id
 ORDER BY l.valid_until, l.id
"""  # noqa: S608  # made of constants
_STILL_DUE = f"""
SELECT l.id, l.license_key, p.name, i.name, l.valid_until
  FROM reminder_ledger AS e
  JOIN reminder_mails AS m ON m.id = e.mail_id
  JOIN licenses AS l ON l.id = e.license_id AND l.valid_until = e.about
  JOIN products AS p ON p.id = l.product_id
  JOIN customers AS c ON c.id = l.customer_id
  JOIN institutions AS i ON i.id = c.institution_id
  JOIN ({RECIPIENTS}) AS r ON (r.customer_id, r.contact_id, r.address) = (l.customer_id, m.contact_id, m.recipient)
 WHERE e.mail_id = %(mail)s AND e.state = 'told'
   AND l.valid_until > %(moment)s - make_interval(days => %(catch_up)s)
   AND l.suspended_at IS NULL AND l.deleted_at IS NULL
 ORDER BY l.valid_until, l.id
"""  # noqa: S608  # made of constants


@dataclass(frozen=True, slots=True)
class EndingLicense:
    """A license and its end."""

    id: int
    license_key: str
    product: str
    customer: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class EndInWords:
    """The same for its reader: the last day that the license is valid on, and how many days that is from now."""

    product: str
    customer: str
    key_ending: str
    last_day: str
    days_left: int
    is_over: bool


class LicenseExpiry:
    """Tells the customer of a license that it ends; many licenses of a recipient are one letter."""

    kind: Final = ReminderKind.LICENSE_EXPIRY

    def due(self, look: Look) -> list[Due[EndingLicense]]:
        """The nearest rule that is due of each license; the others that are due are superseded by it."""
        return [_due(row) for row in driver_connection(look.session).execute(_DUE, _asked(look))]

    def still_due(self, look: Look, mail_id: int) -> list[tuple[About, EndingLicense]]:
        """The licenses of the mail that end then still, and whose customer is still reached there."""
        rows: Any = driver_connection(look.session).execute(_STILL_DUE, {**_asked(look), "mail": mail_id})
        return [(About(row[4], license_id=row[0]), EndingLicense(*row)) for row in rows]

    def settle(self, look: Look) -> None:
        """Nothing: another end is another matter by itself."""

    def write(self, look: Look, language: Language, items: Sequence[EndingLicense], *, signed: str) -> Letter:
        """One letter about all of them, the one that ends first at the top."""
        ends = [_in_words(item, look, language) for item in items]
        return write_letter(self.kind.value, language, ends=ends, signed=signed)


def _asked(look: Look) -> dict[str, Any]:
    today = look.moment.astimezone(look.zone).date()
    return {"moment": look.moment, "today": today, "catch_up": CATCH_UP_DAYS}


def _due(row: Any) -> Due[EndingLicense]:
    rules, contact_id, address, language = row[5:]
    recipient = None if contact_id is None else Recipient(contact_id, address, Language(language))
    about = About(row[4], license_id=row[0])
    return Due(recipient, EndingLicense(*row[:5]), about, rules[0], tuple(rules[1:]))


def _in_words(item: EndingLicense, look: Look, language: Language) -> EndInWords:
    last_day = (item.ends_at - timedelta(microseconds=1)).astimezone(look.zone).date()
    return EndInWords(
        product=item.product,
        customer=item.customer,
        key_ending=item.license_key.rpartition("-")[2],
        last_day=day_in_words(last_day, language),
        days_left=(last_day - look.moment.astimezone(look.zone).date()).days,
        is_over=item.ends_at <= look.moment,
    )
