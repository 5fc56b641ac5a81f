"""Where the schema stands; apart from `runner.py`, so that a program that only asks need not load Alembic."""

from dataclasses import dataclass
from importlib.resources import files

import psycopg

from leasehold.kit.database import Database


@dataclass(frozen=True)
class SchemaState:
    """The schema's number in the database (0: none yet), the one this program brings, the oldest that it may serve."""

    current: int
    wanted: int
    oldest_supported: int

    @property
    def problem(self) -> str | None:
        """Why this program cannot work on this schema, in one sentence; None where it can."""
        if self.current < self.wanted:
            return f"The schema is at {self.current:04}, this program needs {self.wanted:04}: run `leasehold migrate`."
        if self.oldest_supported > self.wanted:
            return (
                f"The schema is at {self.current:04}, newer than this program, which knows {self.wanted:04}: "
                "install the newer release of Leasehold."
            )
        return None


def schema_state(database: Database) -> SchemaState:
    """Where the schema stands now. Raises `psycopg.OperationalError` where the database cannot be reached."""
    with database.connect(application="schema") as connection:
        return read_schema_state(connection)


def read_schema_state(connection: psycopg.Connection[tuple[object, ...]]) -> SchemaState:
    """The same on an open connection, with two short reads."""
    present = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    current, oldest = 0, 1
    if present and present[0]:
        row = connection.execute(
            "SELECT (SELECT max(version_num)::int FROM alembic_version), oldest_supported_schema FROM runtime"
        ).fetchone()
        if row is not None:
            current, oldest = (int(str(value or 0)) for value in row)
    return SchemaState(current, wanted_schema(), oldest)


def wanted_schema() -> int:
    """The number of the last migration that this program brings."""
    return max(
        int(path.name[:4]) for path in (files("leasehold.migrations") / "sql").iterdir() if path.name[:4].isdigit()
    )
