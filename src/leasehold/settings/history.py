"""Who changed which setting last, out of the audit log."""

from dataclasses import dataclass
from datetime import datetime

from leasehold.kit.database import Connection

# Both tables hold a handful of rows; `audit_log_table` leads to the changes of each.
_LAST_CHANGES = """
SELECT DISTINCT ON (changed.name) changed.name, changed.actor, changed.occurred_at
  FROM (SELECT a.row_id AS name, a.actor, a.occurred_at, a.id
          FROM audit_log AS a
         WHERE a.table_name = 'settings'
        UNION ALL
        SELECT kv.key, a.actor, a.occurred_at, a.id
          FROM audit_log AS a, jsonb_each(a.after) AS kv
         WHERE a.table_name = 'runtime') AS changed
 ORDER BY changed.name, changed.id DESC
"""


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who (`staff:7`, `cli:root`) changed a setting last, and when."""

    actor: str
    at: datetime


def read_last_changes(connection: Connection) -> dict[str, LastChange]:
    """The last change of each setting that was ever changed, by its name."""
    rows = connection.execute(_LAST_CHANGES)
    return {str(name): LastChange(str(actor), at) for name, actor, at in rows if isinstance(at, datetime)}
