"""Every table that holds rows, and what it holds: their number and the sum of their hashes, in any order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

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


Connect = Callable[[], AbstractContextManager[Connection]]


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
    connect: Connect, tables: Sequence[Table], *, jobs: int, each: Callable[[int], None]
) -> dict[str, Content]:
    """What each of `tables` holds, by name, read on `jobs` connections; `each` hears how many are done.

    Raises the first `psycopg.Error`; what was not begun then is left.
    """
    waiting: SimpleQueue[Table | None] = SimpleQueue()
    for entry in (*tables, *[None] * jobs):
        waiting.put(entry)
    read: SimpleQueue[tuple[str, Content] | Exception] = SimpleQueue()
    contents: dict[str, Content] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for _ in range(jobs):
            pool.submit(_read_some, connect, waiting, read)
        try:
            while len(contents) < len(tables):
                contents |= [_of(read.get())]
                each(len(contents))
        finally:
            _empty(waiting, jobs)
    return contents


def _of(found: tuple[str, Content] | Exception) -> tuple[str, Content]:
    if isinstance(found, Exception):
        raise found
    return found


def _read_some(
    connect: Connect,
    waiting: "SimpleQueue[Table | None]",
    read: "SimpleQueue[tuple[str, Content] | Exception]",
) -> None:
    try:
        with connect() as connection:
            while (table := waiting.get()) is not None:
                read.put((table.name, _read(connection, table)))
    except Exception as error:
        read.put(error)


def _empty(waiting: "SimpleQueue[Table | None]", jobs: int) -> None:
    with suppress(Empty):
        while True:
            waiting.get_nowait()
    for _ in range(jobs):
        waiting.put(None)


def _read(connection: Connection, table: Table) -> Content:
    query = sql.SQL(_READ).format(sql.Identifier(table.schema, table.name_in_schema))
    row = connection.execute(query).fetchone() or (0, "0")
    return Content(int(str(row[0])), str(row[1]))
