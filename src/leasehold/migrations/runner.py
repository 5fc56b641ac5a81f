"""Bring the schema up to what this program needs."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from leasehold.kit.database import Database
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.guard import Guard
from leasehold.kit.orm import engine_of
from leasehold.migrations.state import schema_state

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('leasehold.migrate', 0))"
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


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
    with engine_of(database).connect() as connection:
        connection.execute(text(_ONE_AT_A_TIME))
        connection.execute(text(_LOCK_TIMEOUT))
        config.attributes["connection"] = connection
        before = _current(MigrationContext.configure(connection))
        command.upgrade(config, "head")
        connection.commit()
    engine_of(database).dispose()  # the owner leaves no connection behind
    return [f"{number:04}" for number in range(before + 1, state.wanted + 1)]


def _current(context: MigrationContext) -> int:
    return int(context.get_current_revision() or 0)


def _config() -> Config:
    config = Config()
    with as_file(files("leasehold.migrations")) as path:
        config.set_main_option("script_location", str(path))
    ScriptDirectory.from_config(config)
    return config
