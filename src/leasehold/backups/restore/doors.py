"""Doors that were closed since the backup stay closed: each kind once, read where it was known, closed where it is not.

Only what shuts somebody or something out is carried over; whatever was opened, sold or changed since is as it was in
the backup. A further kind is a further entry of `LEDGERS`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg

from leasehold.backups.restore.devices import block_devices
from leasehold.backups.restore.state import Carried
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.privacy.ledger_file import READ_LEDGER, rows_of_file

Rows = Sequence[tuple[Any, ...]]
Close = Callable[[Connection, Rows, Actor], list[str]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A kind of closed door: `read` finds them all in the replaced database, `close` closes those that stand open.

    `close` returns what people call each that it has closed, and commits nothing.
    """

    kind: str
    read: LiteralString
    close: Close


def _by(statement: LiteralString) -> Close:
    """Close by one statement, which takes the columns of the ledger as arrays and returns names."""

    def close(connection: Connection, rows: Rows, _actor: Actor) -> list[str]:
        columns = [list(column) for column in zip(*rows, strict=True)]
        return [str(name) for (name,) in connection.execute(statement, columns)]

    return close


def _erase_again(connection: Connection, rows: Rows, actor: Actor) -> list[str]:
    # The worker reads this module at its start, and an ORM and phone numbers are megabytes that it never needs.
    from leasehold.privacy.replaying import replay  # noqa: PLC0415

    return replay(connection, rows, actor)


ERASED_PEOPLE: Final = "erased people"

LEDGERS: Final = (
    Ledger(
        "revoked API keys",
        "SELECT digest, revoked_at FROM api_keys WHERE revoked_at IS NOT NULL",
        _by("""
UPDATE api_keys AS k SET revoked_at = known.revoked_at
  FROM unnest(%s::bytea[], %s::timestamptz[]) AS known (digest, revoked_at)
 WHERE k.digest = known.digest AND k.revoked_at IS NULL
RETURNING k.name
"""),
    ),
    # The same person, whatever their address is by now; or the same address, whoever made the row.
    Ledger(
        "disabled people",
        "SELECT id, created_at, lower(email), disabled_at FROM staff_members WHERE disabled_at IS NOT NULL",
        _by("""
UPDATE staff_members AS m SET disabled_at = known.disabled_at
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[])
       AS known (id, created_at, email, disabled_at)
 WHERE ((m.id, m.created_at) = (known.id, known.created_at) OR lower(m.email) = known.email)
   AND m.disabled_at IS NULL
RETURNING m.email
"""),
    ),
    Ledger(
        "used set-up links",
        "SELECT digest, used_at FROM staff_setup_links WHERE used_at IS NOT NULL",
        _by("""
UPDATE staff_setup_links AS l SET used_at = known.used_at
  FROM unnest(%s::bytea[], %s::timestamptz[]) AS known (digest, used_at)
 WHERE l.digest = known.digest AND l.used_at IS NULL
RETURNING coalesce(l.email, l.role)
"""),
    ),
    Ledger(
        "used recovery codes",
        "SELECT digest, used_at FROM staff_recovery_codes WHERE used_at IS NOT NULL",
        _by("""
UPDATE staff_recovery_codes AS c SET used_at = known.used_at
  FROM unnest(%s::bytea[], %s::timestamptz[]) AS known (digest, used_at), staff_members AS m
 WHERE c.digest = known.digest AND c.used_at IS NULL AND m.id = c.member_id
RETURNING m.email
"""),
    ),
    Ledger(
        "blocked devices",
        """
SELECT l.license_key, d.hardware_fingerprint, d.device_name, d.device_type, d.first_activated_at, d.last_seen_at
  FROM device_registrations AS d JOIN licenses AS l ON l.id = d.license_id WHERE d.status = 'blocked'
""",
        block_devices,
    ),
    # What was told to customers is not told again: mails by their Message-IDs, licenses by their keys. Older ends are
    # told of no more anyway.
    Ledger(
        "sent reminders",
        """
SELECT l.license_key, r.days_before, e.about, e.state, m.message_id, m.contact_id, m.recipient, m.language, m.state,
       m.attempts, m.doubts, m.sent_at, m.failure
  FROM reminder_ledger AS e
  JOIN reminder_mails AS m ON m.id = e.mail_id AND m.state IN ('sending', 'sent', 'given_up')
  JOIN reminder_rules AS r ON r.id = e.rule_id
  JOIN licenses AS l ON l.id = e.license_id
 WHERE e.state <> 'withdrawn' AND e.about > clock_timestamp() - interval '31 days'
""",
        _by("""
WITH known AS (
    SELECT k.*, l.id AS license_id, r.id AS rule_id
      FROM unnest(%s::text[], %s::integer[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::text[],
                  %s::text[], %s::text[], %s::integer[], %s::integer[], %s::timestamptz[], %s::text[])
           AS k (license_key, days_before, about, told, message_id, contact_id, recipient, language, state,
                 attempts, doubts, sent_at, failure)
      JOIN licenses AS l ON l.license_key = k.license_key
      JOIN reminder_rules AS r ON r.kind = 'license_expiry' AND r.days_before = k.days_before
), mails AS (
    INSERT INTO reminder_mails AS m
           (message_id, kind, contact_id, recipient, language, state, attempts, doubts, sent_at, failure)
    SELECT DISTINCT ON (k.message_id) k.message_id, 'license_expiry', c.id, k.recipient, k.language, k.state,
           k.attempts, k.doubts, k.sent_at, k.failure
      FROM known AS k LEFT JOIN contacts AS c ON c.id = k.contact_id
    ON CONFLICT (message_id) DO UPDATE
       SET state = excluded.state, attempts = excluded.attempts, doubts = excluded.doubts, sent_at = excluded.sent_at,
           failure = excluded.failure, next_attempt_at = NULL
    RETURNING id, message_id
), told AS (
    INSERT INTO reminder_ledger (rule_id, license_id, about, mail_id, state)
    SELECT k.rule_id, k.license_id, k.about, m.id, k.told
      FROM known AS k JOIN mails AS m ON m.message_id = k.message_id
    ON CONFLICT (license_id, about, rule_id) WHERE license_id IS NOT NULL AND state <> 'withdrawn' DO NOTHING
    RETURNING license_id
)
SELECT DISTINCT l.license_key FROM told JOIN licenses AS l ON l.id = told.license_id
"""),
    ),
    Ledger(ERASED_PEOPLE, READ_LEDGER, _erase_again),
)


@dataclass(frozen=True, slots=True)
class ClosedDoors:
    """What each ledger of the replaced database says; `unread` are the kinds that could not be read, and why."""

    rows: dict[str, Rows]
    unread: dict[str, str]


def read_closed_doors(replaced: Connection) -> ClosedDoors:
    """All that can be read: a database that is being restored may be damaged in part."""
    rows: dict[str, Rows] = {}
    unread: dict[str, str] = {}
    for ledger in LEDGERS:
        try:
            rows[ledger.kind] = replaced.execute(ledger.read).fetchall()
            replaced.rollback()
        except psycopg.Error as error:
            unread[ledger.kind] = " ".join(str(error).split())
            if not replaced.closed:
                replaced.rollback()
    return ClosedDoors(rows, unread)


def with_erasures_of_file(doors: ClosedDoors, data_dir: Path) -> ClosedDoors:
    """The same, and who was erased as the file beside the database has it, which is there when that is not."""
    erased = [*doors.rows.get(ERASED_PEOPLE, ()), *rows_of_file(data_dir)]
    return ClosedDoors(doors.rows | {ERASED_PEOPLE: erased}, doors.unread)


def close_doors(connection: Connection, doors: ClosedDoors, actor: Actor) -> tuple[Carried, ...]:
    """Close in the restored database what had been closed since; nothing is committed."""
    return tuple(_close(connection, doors, actor))


def _close(connection: Connection, doors: ClosedDoors, actor: Actor) -> Iterator[Carried]:
    for ledger in LEDGERS:
        rows = doors.rows.get(ledger.kind)
        closed = ledger.close(connection, rows, actor) if rows else []
        if closed:
            yield Carried(ledger.kind, tuple(sorted(closed)))
