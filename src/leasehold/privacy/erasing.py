"""Erasure (Art. 17 GDPR): what was said of a person goes, what was sold stays; done by the map, and for good.

The row of the contact stays without a name, for what refers to it. Done again it changes nothing more. Who was erased
stands in the ledger, by id and by digests: a restore erases them again (`replaying.py`), and an import knows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql
from sqlalchemy.orm import Session

from leasehold.kit.database import Connection
from leasehold.kit.orm import driver_connection
from leasehold.kit.text import clean_text
from leasehold.privacy.digests import Digester
from leasehold.privacy.errors import PersonNotFound, PersonRestricted
from leasehold.privacy.finding import Known, naming_of, read_known, was_there, ways_of
from leasehold.privacy.ledger import Entry, remember
from leasehold.privacy.map import AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE, TABLES_ERASED_FROM, MappedTable
from leasehold.privacy.naming import Mention, find_mentions
from leasehold.privacy.vocabulary import Fate

LONGEST_REASON: Final = 400
ERASED: Final = "[erased]"
"""What stands where something was."""

_LEDGER = """
SELECT erased_at, erased_by, reason, digests FROM erasure_ledger WHERE contact_id = %s
   AND contact_created_at IS NOT DISTINCT FROM %s
"""
_TRACES = "SELECT texts, audit_values FROM erase_traces(%s, %s, %s, %s, %s)"
_NOW = "SELECT clock_timestamp(), current_setting('leasehold.actor')"


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
    known = read_known(connection, contact_id)
    _check_there(connection, contact_id, known)
    mentions = find_mentions(connection, naming_of(connection, contact_id, known))
    counts: Any = connection.execute(_counts(), {"contact_id": contact_id}).fetchall()
    return Preview(
        dict(counts),
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
    known = read_known(connection, contact_id, lock=True)
    _check_there(connection, contact_id, known)
    if known is not None and known.restricted_at is not None and not even_if_restricted:
        raise PersonRestricted(contact_id)
    entry = _entry_of(connection, contact_id, known) or _new_entry(connection, contact_id, known, why, digester)
    done = erase_entry(connection, entry, by_last_name=by_last_name)
    session.expire_all()
    return done


def erase_entry(connection: Connection, entry: Entry, *, by_last_name: bool = False) -> Erased:
    """Erase somebody as the ledger has them, and enter them into it; done again it changes nothing more."""
    known = read_known(connection, entry.contact_id, lock=True)
    named = naming_of(connection, entry.contact_id, known, by_last_name=by_last_name)
    values = {"contact_id": entry.contact_id, "erased": ERASED, "erased_at": entry.erased_at}
    rows = {
        table.name: connection.execute(_erase_from(table), values).rowcount for table in reversed(TABLES_ERASED_FROM)
    }
    traces = (entry.contact_id, named.institutions, named.surely, AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE)
    texts, audit_values = _one(connection, _TRACES, traces)
    remember(connection, entry)
    return Erased(entry, rows, texts, audit_values)


def _check_there(connection: Connection, contact_id: int, known: Known | None) -> None:
    if known is None and not was_there(connection, contact_id):
        raise PersonNotFound(contact_id)


def _entry_of(connection: Connection, contact_id: int, known: Known | None) -> Entry | None:
    """What the ledger has of them."""
    created_at = None if known is None else known.created_at
    row = _one(connection, _LEDGER, (contact_id, created_at))
    return None if row is None else Entry(contact_id, created_at, *row)


def _new_entry(connection: Connection, contact_id: int, known: Known | None, reason: str, digester: Digester) -> Entry:
    now, actor = _one(connection, _NOW, ())
    digests = sorted(digester.digests(ways_of(connection, contact_id)))
    return Entry(contact_id, None if known is None else known.created_at, now, actor, reason, digests)


def _counts() -> sql.Composed:
    """How many rows of each table are a contact's, in one statement."""
    each = sql.SQL("SELECT {}, count(*) FROM {} WHERE {} = %(contact_id)s")
    return sql.SQL(" UNION ALL ").join(
        each.format(sql.Literal(table.name), sql.Identifier(table.name), sql.Identifier(table.contact_column or ""))
        for table in TABLES_ERASED_FROM
    )


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
        changed.append(sql.SQL("{} IS NULL").format(sql.Identifier("erased_at")))
        values |= {"restricted_at": sql.SQL("NULL"), "erased_at": sql.SQL("%(erased_at)s")}
    settings = [sql.SQL("{} = {}").format(sql.Identifier(c), v) for c, v in values.items()]
    return sql.SQL("UPDATE {} SET {} WHERE {} = %(contact_id)s AND ({})").format(
        name, sql.SQL(", ").join(settings), key, sql.SQL(" OR ").join(changed)
    )


def _one(connection: Connection, query: Any, parameters: Sequence[object]) -> Any:
    return connection.execute(query, parameters).fetchone()
