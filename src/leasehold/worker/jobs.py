"""What runs by the clock: each job once, with how often it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from leasehold.audit.sealing import seal_audit
from leasehold.kit.database import Connection
from leasehold.kit.signing import load_key_ring
from leasehold.licensing.sweep import sweep_dead_sessions
from leasehold.operations.activity import sample_activity
from leasehold.operations.denials import forget_old_denials
from leasehold.operations.processes import remove_stale_processes
from leasehold.settings.service import get_setting

_ENSURE_PARTITIONS = "SELECT count(*) FROM ensure_heartbeat_partitions()"
_DROP_PARTITIONS = """
SELECT count(*) FROM drop_heartbeat_partitions(
    date_trunc('month', clock_timestamp(), 'UTC') - make_interval(months => %s))
"""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with: a connection of its own, and the data directory of this machine."""

    connection: Connection
    data_dir: Path


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does the work, commits, and returns how much there was of it."""

    name: str
    every: timedelta
    run: Callable[[JobContext], int]
    also_at_start: bool = False


def sweep(context: JobContext) -> int:
    """Move dead sessions to the history; returns how many licenses were touched."""
    return sweep_dead_sessions(context.connection)


def seal(context: JobContext) -> int:
    """Seal the audit log with this installation's key, read anew since it may change; returns how many rows."""
    return seal_audit(context.connection, load_key_ring(context.data_dir), context.data_dir)


def ensure_partitions(context: JobContext) -> int:
    """Make the heartbeats' partitions of this month and the next three; returns how many were missing."""
    return _counted(context.connection, _ENSURE_PARTITIONS, ())


def drop_old_heartbeats(context: JobContext) -> int:
    """Drop the partitions older than the setting `heartbeat_retention_months`; returns how many."""
    months = int(get_setting(context.connection, "heartbeat_retention_months"))
    return _counted(context.connection, _DROP_PARTITIONS, (months,))


def sample(context: JobContext) -> int:
    """Take the minute's sample of what is in use; returns 0 where it was taken before."""
    return sample_activity(context.connection)


def remove_dead_processes(context: JobContext) -> int:
    """Remove the rows of server processes that have died; returns how many."""
    removed = remove_stale_processes(context.connection)
    context.connection.commit()
    return removed


def forget_denials(context: JobContext) -> int:
    """Remove the counts of refusals that are older than their setting; returns how many rows."""
    return forget_old_denials(context.connection)


def _counted(connection: Connection, statement: str, parameters: tuple[int, ...]) -> int:
    row = connection.execute(statement, parameters).fetchone()
    connection.commit()
    return int(str(row[0])) if row else 0


JOBS = (
    Job("audit-seal", timedelta(seconds=1), seal),
    Job("sweep", timedelta(seconds=5), sweep),
    # Three looks a minute, so that none is missed; a sample is taken once.
    Job("activity", timedelta(seconds=20), sample, also_at_start=True),
    Job("server_processes", timedelta(minutes=1), remove_dead_processes),
    Job("partitions", timedelta(days=1), ensure_partitions, also_at_start=True),
    Job("retention", timedelta(days=1), drop_old_heartbeats),
    Job("denial_retention", timedelta(days=1), forget_denials),
)
