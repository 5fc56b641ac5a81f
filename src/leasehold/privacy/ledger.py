"""Who was erased, without their data: what a restore has to do again, and an import has to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leasehold.kit.database import Connection

_REMEMBER = """
INSERT INTO erasure_ledger (contact_id, contact_created_at, erased_at, erased_by, reason, digests)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in the ledger. `contact_created_at` is None where their row was gone before."""

    contact_id: int
    contact_created_at: datetime | None
    erased_at: datetime
    erased_by: str
    reason: str
    digests: Sequence[bytes]


def remember(connection: Connection, entry: Entry) -> None:
    """Enter somebody into the ledger, once."""
    connection.execute(
        _REMEMBER,
        (entry.contact_id, entry.contact_created_at, entry.erased_at, entry.erased_by, entry.reason, [*entry.digests]),
    )
