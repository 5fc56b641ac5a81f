"""What runs by the clock: each job once, with how often it runs."""

from datetime import timedelta

from leasehold.audit.sealing import seal_audit
from leasehold.imports.uploads import forget_old_uploads
from leasehold.kit.database import Connection
from leasehold.kit.signing import load_key_ring
from leasehold.leads.duplicates.checking import check_what_was_written
from leasehold.licensing.sweep import sweep_dead_sessions
from leasehold.operations.activity import sample_activity
from leasehold.operations.denials import forget_old_denials
from leasehold.operations.processes import remove_stale_processes
from leasehold.privacy.ledger_file import write_ledger_file
from leasehold.resources.counting import fold_counts
from leasehold.settings.service import get_setting
from leasehold.staff.session_retention import forget_old_sessions
from leasehold.worker.backup_runs import start_due_backup
from leasehold.worker.job import Job, JobContext, on_connection
from leasehold.worker.reminder_runs import start_reminders

_ENSURE_PARTITIONS = "SELECT count(*) FROM ensure_heartbeat_partitions()"
_DROP_PARTITIONS = """
SELECT count(*) FROM drop_heartbeat_partitions(
    date_trunc('month', clock_timestamp(), 'UTC') - make_interval(months => %s))
"""


def seal(context: JobContext) -> int:
    """Seal the audit log with this installation's key, read anew since it may change; returns how many rows."""
    return seal_audit(context.connection, load_key_ring(context.data_dir), context.data_dir)


def keep_ledger_of_erasures(context: JobContext) -> int:
    """Write down beside the database who was erased, where nobody has done so; returns how many that was."""
    written = write_ledger_file(context.connection, context.data_dir)
    context.connection.rollback()
    return written


def ensure_partitions(connection: Connection) -> int:
    """Make the heartbeats' partitions of this month and the next three; returns how many were missing."""
    return _counted(connection, _ENSURE_PARTITIONS, ())


def drop_old_heartbeats(connection: Connection) -> int:
    """Drop the partitions older than the setting `heartbeat_retention_months`; returns how many."""
    months = int(get_setting(connection, "heartbeat_retention_months"))
    return _counted(connection, _DROP_PARTITIONS, (months,))


def remove_dead_processes(connection: Connection) -> int:
    """Remove the rows of server processes that have died; returns how many."""
    removed = remove_stale_processes(connection)
    connection.commit()
    return removed


def _counted(connection: Connection, statement: str, parameters: tuple[int, ...]) -> int:
    row = connection.execute(statement, parameters).fetchone()
    connection.commit()
    return int(str(row[0])) if row else 0


JOBS = (
    Job("audit_seal", timedelta(seconds=1), seal),
    Job("sweep", timedelta(seconds=5), on_connection(sweep_dead_sessions)),
    # Three looks a minute, so that none is missed; a sample is taken once.
    Job("activity", timedelta(seconds=20), on_connection(sample_activity), also_at_start=True),
    Job("server_processes", timedelta(minutes=1), on_connection(remove_dead_processes)),
    Job("partitions", timedelta(days=1), on_connection(ensure_partitions), also_at_start=True),
    Job("retention", timedelta(days=1), on_connection(drop_old_heartbeats)),
    Job("duplicates", timedelta(seconds=10), on_connection(check_what_was_written)),
    Job("backups", timedelta(minutes=1), start_due_backup),
    Job("reminders", timedelta(minutes=15), start_reminders),
    Job("erasure_ledger", timedelta(minutes=1), keep_ledger_of_erasures, also_at_start=True),
    Job("denial_retention", timedelta(days=1), on_connection(forget_old_denials)),
    Job("resource_counts", timedelta(minutes=1), on_connection(fold_counts)),
    Job("import_uploads", timedelta(hours=1), on_connection(forget_old_uploads)),
    Job("staff_session_retention", timedelta(days=1), on_connection(forget_old_sessions)),
)
