"""Fill a migrated, empty database with the data of a large vendor, in a few minutes.

Rows are made by set-based statements as the owner. For as long as they are loaded the tables are without their own
triggers, foreign keys and indexes; all come back in the same transaction, and so PostgreSQL proves every constraint
over every row before anything is there to be seen. The audit log gets rows of its own instead of the triggers'.

    python benchmarks/seed.py --data-dir DIRECTORY | --database-url URL
        [--licenses 1000000] [--devices 2000000] [--history 10000000] [--sessions 200000] [--customers 200000]
        [--audit 1000000]

Nothing else may use the database meanwhile. One that has licenses already is refused.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from psycopg import sql
from seed_rows import COPY_KEYS, STATEMENTS, TOOLS

from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Connection, Database, Role, database_for
from leasehold.licensing.license_key import new_license_key

ANY_LICENSE = "SELECT EXISTS (SELECT FROM licenses)"
# Partitions follow their table.
CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname::text, pg_get_constraintdef(c.oid)
  FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
 WHERE t.relname = ANY(%(tables)s) AND c.contype::text = ANY(%(kinds)s) AND c.conparentid = 0
"""
# Foreign keys need what they refer to.
REFERRING = """
SELECT c.conrelid::regclass::text, c.conname::text, pg_get_constraintdef(c.oid)
  FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.confrelid
 WHERE t.relname = ANY(%(tables)s) AND c.contype = 'f' AND c.conrelid::regclass::text <> ALL(%(tables)s)
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
 WHERE t.relname = ANY(%(tables)s)
   AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
"""
SEQUENCES = """
SELECT t.relname::text, a.attname::text, pg_get_serial_sequence(t.relname::text, a.attname::text)
  FROM pg_class AS t JOIN pg_attribute AS a ON a.attrelid = t.oid
 WHERE t.relname = ANY(%(tables)s) AND a.attidentity <> ''
"""
MEMORY = "SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '256MB'; SET LOCAL synchronous_commit = off"


@dataclass(frozen=True)
class Size:
    """How many rows of each kind. Devices come out near the number; sessions are as many as have a seat."""

    licenses: int = 1_000_000
    devices: int = 2_000_000
    history: int = 10_000_000
    sessions: int = 200_000
    customers: int = 200_000
    audit: int = 1_000_000

    @classmethod
    def like(cls, licenses: int) -> "Size":
        """The same proportions around a number of licenses."""
        whole = cls()
        return cls(**{name: max(1, rows * licenses // whole.licenses) for name, rows in asdict(whole).items()})


class NotEmpty(Exception):
    """The database has licenses already."""


def main() -> None:
    arguments = _arguments()
    if arguments.data_dir is None and arguments.database_url is None:
        sys.exit("Nothing says which database to fill: give --data-dir or --database-url.")
    configuration = load_configuration(data_dir=arguments.data_dir, database_url=arguments.database_url)
    size = Size(**{name: getattr(arguments, name) for name in asdict(Size())})
    try:
        seed(database_for(configuration, Role.OWNER), size)
    except NotEmpty:
        sys.exit("The database has licenses already, and nothing was changed: give an empty one.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--database-url")
    for name, rows in asdict(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=rows)
    return parser.parse_args()


def seed(database: Database, size: Size) -> None:
    """Fill the database; `NotEmpty` where it has licenses, and then nothing was changed."""
    with database.connect(application="seed") as connection:
        if (connection.execute(ANY_LICENSE).fetchone() or (True,))[0]:
            raise NotEmpty
        connection.execute(MEMORY)
        connection.execute("SELECT set_config('leasehold.actor', 'benchmark', true)")
        connection.execute(TOOLS)
        with _said("license keys"):
            _copy_keys(connection, size.licenses)
        with _bare(connection, list(STATEMENTS)):
            for table, statement in STATEMENTS.items():
                with _said(table):
                    connection.execute(statement, asdict(size))
                    _run(connection, f"ANALYZE {table}")
        _move_sequences(connection, list(STATEMENTS), size)
    with database.connect(application="seed", autocommit=True) as connection, _said("VACUUM ANALYZE"):
        connection.execute("VACUUM ANALYZE")


def _copy_keys(connection: Connection, count: int) -> None:
    with connection.cursor().copy(COPY_KEYS) as copy:
        for number in range(1, count + 1):
            copy.write_row((number, new_license_key()))
    connection.execute("ANALYZE new_keys")


@contextmanager
def _bare(connection: Connection, tables: list[str]) -> Iterator[None]:
    """The tables without triggers of ours, foreign keys and indexes; afterwards with all of them again."""
    wanted = {"tables": tables}
    foreign = connection.execute(CONSTRAINTS, wanted | {"kinds": ["f"]}).fetchall()
    foreign += connection.execute(REFERRING, wanted).fetchall()
    unique = connection.execute(CONSTRAINTS, wanted | {"kinds": ["p", "u", "x"]}).fetchall()
    indexes = connection.execute(INDEXES, wanted).fetchall()
    for table, name, _ in foreign + unique:
        _run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        _run(connection, f"DROP INDEX {name}")
    for table in tables:
        _run(connection, f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    with _said("indexes"):
        for _, definition in indexes:
            _run(connection, str(definition).replace(" ON ONLY ", " ON ", 1))  # a partitioned table's: all its parts'
    with _said("constraints"):
        for table, name, definition in unique + foreign:
            _run(connection, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for table in tables:
        _run(connection, f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _move_sequences(connection: Connection, tables: list[str], size: Size) -> None:
    for table, column, sequence in connection.execute(SEQUENCES, {"tables": tables}).fetchall():
        _run(connection, f"SELECT setval('{sequence}', (SELECT coalesce(max({column}), 0) + 1 FROM {table}))")
    # The ids of the history are those that its sessions had when they lived.
    _run(connection, f"SELECT setval('license_sessions_id_seq', {size.history + size.sessions + 1})")


def _run(connection: Connection, statement: str) -> None:
    """A statement of names and definitions that the catalogue has given."""
    connection.execute(sql.SQL(statement))  # type: ignore[arg-type]  # not a literal: see above


@contextmanager
def _said(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    main()
