"""What the database knows somebody by: their row, their institutions, and every way in which they were ever reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection
from leasehold.privacy.map import AUDITED_AS_THE_PERSON, AUDITED_BY_REFERENCE
from leasehold.privacy.naming import Naming, naming

# Where they are, and where they were before somebody took them out.
_READ = """
SELECT first_name, last_name, created_at, restricted_at, erased_at,
       ARRAY(SELECT institution_id FROM affiliations WHERE contact_id = contacts.id
              UNION
             SELECT (said.place ->> 'institution_id')::bigint
               FROM audit_log AS a, LATERAL (VALUES (a.before), (a.after)) AS said (place)
              WHERE a.row_id = contacts.id::text AND a.table_name = 'affiliations' AND said.place ? 'institution_id'
              ORDER BY 1)
  FROM contacts WHERE id = %s
"""
_LOCK = f"{_READ} FOR UPDATE"
_IN_THE_LOG = "SELECT EXISTS (SELECT FROM audit_log WHERE table_name = 'contacts' AND row_id = %s)"
# How they are reached, and ever were, as the values beside the audit log still say.
_WAYS = """
SELECT value FROM contact_details WHERE contact_id = %(id)s
UNION
SELECT v.value #>> '{}'
  FROM audit_personal_values AS v JOIN audit_log AS a ON a.id = v.audit_id
 WHERE a.table_name = 'contact_details' AND v.column_name = 'value'
   AND v.audit_id IN (SELECT audit_rows_of_person(%(id)s, %(own)s, %(referring)s))
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The row of a contact, and the ids of the institutions that they are or were in."""

    first_name: str | None
    last_name: str
    created_at: datetime
    restricted_at: datetime | None
    erased_at: datetime | None
    institutions: Sequence[int]


def read_known(connection: Connection, contact_id: int, *, lock: bool = False) -> Known | None:
    """What is there of a contact; None where they are no more."""
    row: Any = connection.execute(_LOCK if lock else _READ, (contact_id,)).fetchone()
    return None if row is None else Known(*row)


def was_there(connection: Connection, contact_id: int) -> bool:
    """Whether the audit log knows of such a contact."""
    row = connection.execute(_IN_THE_LOG, (str(contact_id),)).fetchone()
    return bool(row and row[0])


def ways_of(connection: Connection, contact_id: int) -> list[str]:
    """The addresses and numbers by which they are reached, and those by which they were."""
    parameters = {"id": contact_id, "own": AUDITED_AS_THE_PERSON, "referring": AUDITED_BY_REFERENCE}
    return sorted(str(way) for (way,) in connection.execute(_WAYS, parameters))


def naming_of(connection: Connection, contact_id: int, known: Known | None, *, by_last_name: bool = False) -> Naming:
    """By what texts name them; nothing names somebody who is erased or no more."""
    if known is None or known.erased_at is not None:
        return Naming([], None, None)
    return naming(
        known.first_name,
        known.last_name,
        ways_of(connection, contact_id),
        known.institutions,
        by_last_name=by_last_name,
    )
