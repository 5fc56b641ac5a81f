"""Every table that holds rows, and what it holds: their number and the sum of their hashes, in any order."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

from psycopg import sql

from leasehold.kit.database import Connection

# The text of a row depends on these.
_FORMATS = {
    "bytea_output": "hex",
    "datestyle": "ISO, YMD",
    "extra_float_digits": "1",
    "intervalstyle": "postgres",
    "search_path": "public",
    "timezone": "UTC",
    "xmlbinary": "base64",
}
# A long look is no reason to be ended.
_PATIENCE = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "30s"}
_LIST = """
SELECT n.nspname::text, c.relname::text,
       CASE WHEN c.relname ~ '^license_heartbeats_\\d{4}_\\d{2}$'
            THEN to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month 1 hour' < now() AT TIME ZONE 'UTC'
            ELSE false END
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY pg_relation_size(c.oid) DESC, 1, 2
"""
_READ = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM ONLY {} AS t"


@dataclass(frozen=True, slots=True)
class Table:
    """An ordinary table or a partition; `closed` where its month is over, so that nothing is written to it any more."""

    schema: str
    name_in_schema: str
    closed: bool

    @property
    def name(self) -> str:
        """What it is called in facts: with its schema where that is not `public`."""
        return self.name_in_schema if self.schema == "public" else f"{self.schema}.{self.name_in_schema}"


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table holds, and the sum of their 64-bit hashes."""

    rows: int
    hash: str


def fix_formats(connection: Connection) -> None:
    """Make the texts of rows on this connection those of every other one, whatever the server's settings."""
    for name, value in (_FORMATS | _PATIENCE).items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))


def list_tables(connection: Connection) -> list[Table]:
    """All of them, largest first."""
    return [Table(*row) for row in connection.execute(_LIST)]  # type: ignore[arg-type]  # as the columns are


def read_tables(
    connect: Callable[[], Connection], tables: Iterable[Table], *, jobs: int, each: Callable[[Table], None]
) -> dict[str, Content]:
    """What each of `tables` holds, by name, read on `jobs` connections; `each` hears of every one that is read.

    Raises `psycopg.Error`.
    """
    waiting: SimpleQueue[Table | None] = SimpleQueue()
    for entry in [*tables, *([None] * jobs)]:
        waiting.put(entry)
    contents: dict[str, Content] = {}

    def read_some() -> None:
        with connect() as connection:
            while (table := waiting.get()) is not None:
                contents[table.name] = _read(connection, table)
                each(table)

    with ThreadPoolExecutor(jobs) as pool:
        for done in [pool.submit(read_some) for _ in range(jobs)]:
            done.result()
    return contents


def _read(connection: Connection, table: Table) -> Content:
    query = sql.SQL(_READ).format(sql.Identifier(table.schema, table.name_in_schema))
    row = connection.execute(query).fetchone() or (0, "0")
    return Content(int(str(row[0])), str(row[1]))
