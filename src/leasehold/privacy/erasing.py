"""Erasure (Art. 17 GDPR): what was said of a person goes, what was sold stays; done by the map, and for good.

The row of the contact stays without a name, for what refers to it. Done again it changes nothing more. Who was erased
stands in the ledger, by id and by digests: a restore erases them again (`replaying.py`), and an import knows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import sql
from sqlalchemy.orm import Session

from leasehold.kit.database import Connection
from leasehold.kit.orm import driver_connection
from leasehold.kit.text import clean_text
from leasehold.privacy.digests import Digester
from leasehold.privacy.errors import PersonNotFound, PersonRestricted
from leasehold.privacy.map import AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE, TABLES_OF_PERSONS, MappedTable
from leasehold.privacy.naming import Mention, Naming, find_mentions, naming
from leasehold.privacy.vocabulary import Fate

LONGEST_REASON: Final = 400
ERASED: Final = "[erased]"
"""What stands where something was."""

_LOCK = "SELECT first_name, last_name, created_at, restricted_at, erased_at FROM contacts WHERE id = %s FOR UPDATE"
_INSTITUTIONS = "SELECT institution_id FROM affiliations WHERE contact_id = %s ORDER BY 1"
_WAYS = "SELECT value FROM contact_details WHERE contact_id = %s"
# How they were ever reached, as the values beside the audit log still say.
_FORMER_WAYS = """
SELECT DISTINCT v.value #>> '{}'
  FROM audit_personal_values AS v JOIN audit_log AS a ON a.id = v.audit_id
 WHERE a.table_name = 'contact_details' AND v.column_name = 'value'
   AND v.audit_id IN (SELECT audit_rows_of_person(%s, %s, %s))
"""
_IN_THE_LOG = "SELECT EXISTS (SELECT FROM audit_log WHERE table_name = 'contacts' AND row_id = %s)"
_LEDGER = """
SELECT erased_at, contact_created_at, erased_by, reason, digests FROM erasure_ledger WHERE contact_id = %s
   AND contact_created_at IS NOT DISTINCT FROM %s
"""
_REMEMBER = """
INSERT INTO erasure_ledger (contact_id, contact_created_at, erased_at, erased_by, reason, digests)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_TRACES = "SELECT texts, audit_values FROM erase_traces(%s, %s, %s, %s, %s)"
_NOW = "SELECT clock_timestamp(), current_setting('leasehold.actor')"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in the ledger. `contact_created_at` is None where their row was gone before."""

    contact_id: int
    contact_created_at: datetime | None
    erased_at: datetime
    erased_by: str
    reason: str
    digests: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an erasure would do: how many rows of each table it changes, what it takes out of which texts.

    `doubtful` texts have the last name, which others may have too, and stay unless that is asked for.
    """

    rows: Mapping[str, int]
    texts: Sequence[Mention]
    doubtful: Sequence[Mention]


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure has done: rows of each table, texts that a name was taken out of, values beside the audit log."""

    entry: Entry
    rows: Mapping[str, int]
    texts: int
    audit_values: int


def preview_erasure(session: Session, contact_id: int) -> Preview:
    """What would become of a person's data. Raises `PersonNotFound`."""
    session.flush()
    connection = driver_connection(session)
    _lock(connection, contact_id)
    mentions = find_mentions(connection, _naming_of(connection, contact_id))
    return Preview(
        {table.name: _count(connection, table, contact_id) for table in TABLES_OF_PERSONS},
        [mention for mention in mentions if mention.surely],
        [mention for mention in mentions if not mention.surely],
    )


def erase(
    session: Session,
    contact_id: int,
    reason: str,
    *,
    digester: Digester,
    even_if_restricted: bool = False,
    by_last_name: bool = False,
) -> Erased:
    """Erase a person in the name of the transaction's actor; `reason` stays for good and names no persons.

    With `by_last_name` the last name goes from the texts about their institutions, too. Somebody who was erased, or
    removed, before is swept once more. The caller asks the guard first, and writes the ledger's file afterwards
    (`ledger_file.py`). Raises `PersonNotFound`, `PersonRestricted` and `DomainError` `text_invalid`.
    """
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    session.flush()
    connection = driver_connection(session)
    found = _lock(connection, contact_id)
    if found is not None and found["restricted_at"] is not None and not even_if_restricted:
        raise PersonRestricted(contact_id)
    entry = _known_entry(connection, contact_id, found)
    if entry is None:
        now, actor = _one(connection, _NOW, ())
        ways = _ways(connection, contact_id)
        created_at = None if found is None else found["created_at"]
        entry = Entry(contact_id, created_at, now, str(actor), why, sorted(digester.digests(ways)))
    done = erase_entry(connection, entry, by_last_name=by_last_name)
    session.expire_all()
    return done


def erase_entry(connection: Connection, entry: Entry, *, by_last_name: bool = False) -> Erased:
    """Erase somebody as the ledger has them, and enter them into it; done again it changes nothing more."""
    named = _naming_of(connection, entry.contact_id, by_last_name=by_last_name)
    rows = {
        table.name: connection.execute(_erase_from(table), _parameters(entry)).rowcount
        for table in reversed(TABLES_OF_PERSONS)
    }
    traces = (entry.contact_id, named.institutions, named.surely, AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE)
    texts, audit_values = _one(connection, _TRACES, traces)
    remember(connection, entry)
    return Erased(entry, rows, texts, audit_values)


def remember(connection: Connection, entry: Entry) -> None:
    """Enter somebody into the ledger, once."""
    connection.execute(
        _REMEMBER,
        (entry.contact_id, entry.contact_created_at, entry.erased_at, entry.erased_by, entry.reason, [*entry.digests]),
    )


def _lock(connection: Connection, contact_id: int) -> dict[str, Any] | None:
    """The columns of the row that decide; None where the log alone knows them. Raises `PersonNotFound`."""
    row = connection.execute(_LOCK, (contact_id,)).fetchone()
    if row is not None:
        return dict(zip(("first_name", "last_name", "created_at", "restricted_at", "erased_at"), row, strict=True))
    if not _one(connection, _IN_THE_LOG, (str(contact_id),))[0]:
        raise PersonNotFound(contact_id)
    return None


def _known_entry(connection: Connection, contact_id: int, found: Mapping[str, Any] | None) -> Entry | None:
    """What the ledger has of them."""
    row: Any = connection.execute(_LEDGER, (contact_id, found and found["created_at"])).fetchone()
    return None if row is None else Entry(contact_id, row[1], row[0], row[2], row[3], row[4])


def _naming_of(connection: Connection, contact_id: int, *, by_last_name: bool = False) -> Naming:
    found = connection.execute(_LOCK, (contact_id,)).fetchone()
    if found is None or found[4] is not None:
        return Naming([], None, None)
    institutions: list[Any] = [row[0] for row in connection.execute(_INSTITUTIONS, (contact_id,))]
    first_name, last_name = None if found[0] is None else str(found[0]), str(found[1])
    ways = _ways(connection, contact_id)
    return naming(first_name, last_name, ways, institutions, by_last_name=by_last_name)


def _ways(connection: Connection, contact_id: int) -> list[str]:
    former = (contact_id, AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE)
    present = {str(way) for (way,) in connection.execute(_WAYS, (contact_id,))}
    return sorted(present | {str(way) for (way,) in connection.execute(_FORMER_WAYS, former)})


def _count(connection: Connection, table: MappedTable, contact_id: int) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE {} = %s").format(
        sql.Identifier(table.name), sql.Identifier(table.contact_column or "")
    )
    return int(_one(connection, query, (contact_id,))[0])


def _erase_from(table: MappedTable) -> sql.Composed:
    """What the map says of the table as a statement, which changes what is not erased yet."""
    name, key = sql.Identifier(table.name), sql.Identifier(table.contact_column or "")
    if table.deletes_rows:
        return sql.SQL("DELETE FROM {} WHERE {} = %(contact_id)s").format(name, key)
    values: dict[str, sql.SQL] = {}
    for column, mapped in table.columns.items():
        if mapped.fate is Fate.EMPTIED:
            values[column] = sql.SQL("NULL")
        elif mapped.fate is Fate.OVERWRITTEN:
            values[column] = sql.SQL("%(erased)s")
    changed = [sql.SQL("{} IS DISTINCT FROM {}").format(sql.Identifier(c), v) for c, v in values.items()]
    if table.name == "contacts":
        values |= {"restricted_at": sql.SQL("NULL"), "erased_at": sql.SQL("%(erased_at)s")}
    settings = [sql.SQL("{} = {}").format(sql.Identifier(c), v) for c, v in values.items()]
    return sql.SQL("UPDATE {} SET {} WHERE {} = %(contact_id)s AND ({})").format(
        name, sql.SQL(", ").join(settings), key, sql.SQL(" OR ").join(changed)
    )


def _parameters(entry: Entry) -> dict[str, Any]:
    return {"contact_id": entry.contact_id, "erased": ERASED, "erased_at": entry.erased_at}


def _one(connection: Connection, query: Any, parameters: Sequence[object]) -> Any:
    return connection.execute(query, parameters).fetchone()
