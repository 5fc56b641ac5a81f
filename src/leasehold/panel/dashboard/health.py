"""Whether everything runs that should: the server's processes, jobs, partitions, the audit log, backups, reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leasehold.backups.record import BackupRecord, read_record
from leasehold.kit.database import Connection
from leasehold.operations.processes import ServerProcess, list_processes
from leasehold.operations.upkeep import JobState, Upkeep, read_upkeep
from leasehold.reminders.record import ReminderRecord
from leasehold.reminders.record import read_record as read_reminder_record


@dataclass(frozen=True, slots=True)
class Health:
    """The state of each part. `audit_signed_at` is None before the first checkpoint."""

    processes: Sequence[ServerProcess]
    upkeep: Upkeep
    audit_signed_at: datetime | None
    backups: BackupRecord
    reminders: ReminderRecord

    @property
    def troubled_processes(self) -> list[ServerProcess]:
        """Processes that hang, are gone, or have lost the database."""
        return [process for process in self.processes if process.silent or process.database_down]

    @property
    def overdue_jobs(self) -> list[JobState]:
        """Jobs that should have been done and are not."""
        return [job for job in self.upkeep.jobs if job.is_overdue]

    @property
    def failed_jobs(self) -> list[JobState]:
        """Jobs whose last run failed."""
        return [job for job in self.upkeep.jobs if job.failure is not None]

    @property
    def partitions_are_well(self) -> bool:
        """Whether heartbeats have a place this month and the next, and none fell into the net."""
        return self.upkeep.partitions.months_ahead >= 1 and not self.upkeep.partitions.rows_in_default


def read_health(connection: Connection, audit_signed_at: datetime | None) -> Health:
    """The health of this moment, in four statements."""
    return Health(
        list_processes(connection),
        read_upkeep(connection),
        audit_signed_at,
        read_record(connection),
        read_reminder_record(connection),
    )
