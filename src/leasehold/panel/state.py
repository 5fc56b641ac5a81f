"""What the front page tells: is the database there, at which schema, and when did the worker last run."""

from dataclasses import dataclass

import psycopg

from leasehold.kit.database import Database
from leasehold.migrations.state import read_schema_state

_LAST_RUN = """
SELECT extract(epoch FROM clock_timestamp() - max(finished_at))::int FROM schedules
"""


@dataclass(frozen=True, slots=True)
class InstallationState:
    """The schema's number, None while the database is away or empty; seconds since the worker finished a job."""

    schema: int | None
    worker_seconds_ago: int | None


def read_installation_state(database: Database) -> InstallationState:
    """How things stand now; answers within seconds, also while the database is away."""
    try:
        with database.connect(application="panel", lock_timeout_ms=1000) as connection:
            schema = read_schema_state(connection).current
            if schema == 0:
                return InstallationState(None, None)
            row = connection.execute(_LAST_RUN).fetchone()
    except psycopg.Error:
        return InstallationState(None, None)
    seconds = row[0] if row else None
    return InstallationState(schema, None if seconds is None else max(0, int(str(seconds))))
