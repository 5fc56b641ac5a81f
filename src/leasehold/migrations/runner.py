"""Bring the schema up to what this program needs; say where it stands."""

from dataclasses import dataclass
from importlib.resources import as_file, files

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from leasehold.kit.database import Database
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.guard import Guard

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('leasehold.migrate', 0))"
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


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


def migrate(database: Database, guard: Guard) -> list[str]:
    """Apply what is missing, after the guard agreed; returns the numbers applied, an empty list where none was.

    Only one migration runs at a time, in any number of processes. Raises `ConfigurationError` for a newer schema.
    """
    state = schema_state(database)
    if state.current >= state.wanted:
        if state.problem:
            raise ConfigurationError(state.problem)
        return []
    guard.before_change("migrate")
    config = _config()
    with database.engine.connect() as connection:
        connection.execute(text(_ONE_AT_A_TIME))
        connection.execute(text(_LOCK_TIMEOUT))
        config.attributes["connection"] = connection
        before = _current(MigrationContext.configure(connection))
        command.upgrade(config, "head")
        connection.commit()
    database.engine.dispose()  # the owner leaves no connection behind
    return [f"{number:04}" for number in range(before + 1, state.wanted + 1)]


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


def _current(context: MigrationContext) -> int:
    return int(context.get_current_revision() or 0)


def _config() -> Config:
    config = Config()
    with as_file(files("leasehold.migrations")) as path:
        config.set_main_option("script_location", str(path))
    ScriptDirectory.from_config(config)
    return config
