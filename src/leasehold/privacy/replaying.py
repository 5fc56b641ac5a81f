"""Whom a restore must not bring back: the ledger of the database that is replaced, and that of the file beside it."""

from collections.abc import Sequence
from typing import Final

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.privacy.erasing import erase_entry
from leasehold.privacy.ledger import Entry, remember
from leasehold.privacy.ledger_file import Row, entries_of

# Of those in the ledger the ones who are there under their name, or whom the ledger does not know.
_TO_DO: Final = """
SELECT c.id IS NOT NULL, e.id IS NULL
  FROM (SELECT %s::bigint AS id, %s::timestamptz AS created_at, %s::timestamptz AS erased_at) AS known
  LEFT JOIN contacts AS c ON c.id = known.id AND c.erased_at IS NULL
        AND CASE WHEN known.created_at IS NULL THEN c.created_at <= known.erased_at
                 ELSE c.created_at = known.created_at END
  LEFT JOIN erasure_ledger AS e
         ON e.contact_id = known.id AND e.contact_created_at IS NOT DISTINCT FROM known.created_at
"""


def replay(connection: Connection, rows: Sequence[Row], _actor: Actor) -> list[str]:
    """Erase once more who is there again, and enter all into the ledger; returns who was there. Commits nothing."""
    known = {(entry.contact_id, entry.contact_created_at): entry for entry in entries_of(rows)}
    return [f"{entry.contact_id}" for entry in known.values() if _replay(connection, entry)]


def _replay(connection: Connection, entry: Entry) -> bool:
    parameters = (entry.contact_id, entry.contact_created_at, entry.erased_at)
    row = connection.execute(_TO_DO, parameters).fetchone() or (False, False)
    is_there, is_unknown = row
    if is_there:
        erase_entry(connection, entry)
    elif is_unknown:
        remember(connection, entry)
    return bool(is_there)
