"""The rows that count the resources of pools; without an ORM, for the worker."""

from leasehold.kit.database import Connection

MOST_ROWS = 1000
_FOLD = """
WITH many AS (SELECT count(*) > %s AS are FROM resource_counts),
     gone AS (DELETE FROM resource_counts WHERE (SELECT are FROM many) RETURNING pool_id, stock, allocated, retired)
INSERT INTO resource_counts SELECT pool_id, sum(stock), sum(allocated), sum(retired) FROM gone GROUP BY pool_id
"""


def fold_counts(connection: Connection) -> int:
    """Where they are more than `MOST_ROWS`, make one of them for each pool, and commit; returns how many are left."""
    folded = connection.execute(_FOLD, (MOST_ROWS,)).rowcount
    connection.commit()
    return folded
