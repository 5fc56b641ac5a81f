"""All data on a person (Art. 15 and 20 GDPR), collected by the map."""

from datetime import UTC, datetime
from typing import Any, Final, LiteralString

from psycopg import sql
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.kit.database import Connection
from leasehold.kit.orm import driver_connection
from leasehold.privacy.finding import naming_of, read_known
from leasehold.privacy.map import AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE, RECEIVERS, TABLES_OF_PERSONS
from leasehold.privacy.naming import find_mentions
from leasehold.privacy.people import Person, read_person

MOST_CHANGES: Final = 10_000

_AFFILIATIONS = """
SELECT i.id, i.name, a.role, a.department FROM affiliations AS a JOIN institutions AS i ON i.id = a.institution_id
 WHERE a.contact_id = %s ORDER BY i.id
"""
# What mails told them: of which license, by which rule, about which end.
_TOLD = """
SELECT e.mail_id, e.created_at, r.kind, r.days_before, l.license_key, e.about, e.state
  FROM reminder_ledger AS e
  JOIN reminder_mails AS m ON m.id = e.mail_id
  JOIN reminder_rules AS r ON r.id = e.rule_id
  LEFT JOIN licenses AS l ON l.id = e.license_id
 WHERE m.contact_id = %s ORDER BY e.id
"""
_ERASURES = """
SELECT erased_at, erased_by, reason FROM erasure_ledger WHERE contact_id = %s
   AND contact_created_at IS NOT DISTINCT FROM (SELECT created_at FROM contacts WHERE id = %s)
"""
# What was done about them, the personal values that are still known in the place of their digests.
_CHANGES = """
SELECT a.occurred_at, a.actor, a.action, a.table_name, a.row_id,
       a.before || coalesce((SELECT jsonb_object_agg(v.column_name, v.value) FROM audit_personal_values AS v
                              WHERE v.audit_id = a.id AND v.side = 'before'), '{}'),
       a.after || coalesce((SELECT jsonb_object_agg(v.column_name, v.value) FROM audit_personal_values AS v
                             WHERE v.audit_id = a.id AND v.side = 'after'), '{}')
  FROM audit_log AS a WHERE a.id IN (SELECT audit_rows_of_person(%s, %s, %s)) ORDER BY a.id LIMIT %s
"""


def export_person(session: Session, contact_id: int) -> dict[str, Any]:
    """Everything that is known of a person, ready for JSON; that it was asked for is audited.

    `person`, `institutions`, `data` (table → purpose and rows), `reminders` (what mails told), `mentions` (texts that
    name them, or with `last_name_alone` perhaps somebody else), `changes` (the audit log's, times in UTC), `erasures`
    (what the ledger has of them), `recipients`, `made_at`. Raises `PersonNotFound`.
    """
    person = read_person(session, contact_id)
    found = collect(session, person)
    rows = sum(len(part["rows"]) for part in found["data"].values())
    record_event(session, "export", table="contacts", row_id=str(contact_id), details={"rows": rows})
    return found


def collect(session: Session, person: Person) -> dict[str, Any]:
    """The same for a page, without an entry in the log."""
    connection = driver_connection(session)
    session.flush()
    mentions = find_mentions(connection, naming_of(connection, person.id, read_known(connection, person.id)))
    return {
        "person": {
            "id": person.id,
            "name": person.name,
            "state": person.state.value,
            "known_since": _utc(person.since),
            "restricted_at": _utc(person.contact.restricted_at),
            "restriction_reason": person.contact.restriction_reason,
            "erased_at": _utc(person.contact.erased_at),
        },
        "institutions": [
            dict(zip(("id", "name", "role", "department"), row, strict=True))
            for row in _rows(connection, _AFFILIATIONS, person.id)
        ],
        "data": _data(connection, person.id),
        "reminders": _told(connection, person.id),
        "mentions": [
            {"table": one.table, "row": one.row_id, "text": one.text, "last_name_alone": not one.surely}
            for one in mentions
        ],
        "changes": _changes(connection, person.id),
        "erasures": [
            {"erased_at": _utc(at), "erased_by": actor, "reason": reason}
            for at, actor, reason in _rows(connection, _ERASURES, person.id, person.id)
        ],
        "recipients": list(RECEIVERS.values()),
        "made_at": _utc(datetime.now(UTC)),
    }


def _data(connection: Connection, contact_id: int) -> dict[str, Any]:
    """The rows of every table of the map that are theirs, read in one statement."""
    each = sql.SQL("SELECT {} AS name, to_jsonb(t) AS row FROM {} AS t WHERE {} = %(id)s")
    query = sql.SQL(" UNION ALL ").join(
        each.format(sql.Literal(table.name), sql.Identifier(table.name), sql.Identifier(table.contact_column or ""))
        for table in TABLES_OF_PERSONS
    )
    found: dict[str, Any] = {table.name: {"purpose": table.purpose, "rows": []} for table in TABLES_OF_PERSONS}
    for name, row in connection.execute(query + sql.SQL(" ORDER BY name, row"), {"id": contact_id}):
        found[str(name)]["rows"].append(row)
    return found


def _changes(connection: Connection, contact_id: int) -> list[dict[str, Any]]:
    parameters = (contact_id, AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE, MOST_CHANGES)
    names = ("occurred_at", "actor", "action", "table", "row", "before", "after")
    return [dict(zip(names, (_utc(row[0]), *row[1:]), strict=True)) for row in _rows(connection, _CHANGES, *parameters)]


def _told(connection: Connection, contact_id: int) -> list[dict[str, Any]]:
    names = ("mail", "written_at", "kind", "days_before", "license_key", "about", "state")
    return [
        dict(zip(names, (mail, _utc(written), *rule, _utc(about), state), strict=True))
        for mail, written, *rule, about, state in _rows(connection, _TOLD, contact_id)
    ]


def _rows(connection: Connection, query: LiteralString, *parameters: object) -> list[Any]:
    rows: list[Any] = connection.execute(query, parameters).fetchall()
    return rows


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
