"""The figures of the installation, read from what its programs keep in the database: in time that is bounded."""

from collections import Counter
from collections.abc import Iterator, Sequence

from leasehold.backups.record import BackupRecord, read_record
from leasehold.kit.database import Connection
from leasehold.monitoring import registry
from leasehold.monitoring.metric import Reading
from leasehold.operations.activity import read_latest_sample
from leasehold.operations.processes import ServerProcess, list_processes
from leasehold.operations.upkeep import read_upkeep
from leasehold.reminders.record import ReminderRecord
from leasehold.reminders.record import read_record as read_reminder_record


def read_installation(connection: Connection) -> list[Reading]:
    """What holds for the whole installation now."""
    return [
        *_processes(list_processes(connection)),
        *_activity(connection),
        *_upkeep(connection),
        *_backups(read_record(connection)),
        *_reminders(read_reminder_record(connection)),
    ]


def _processes(processes: Sequence[ServerProcess]) -> Iterator[Reading]:
    states = Counter((process.version, _state(process)) for process in processes)
    yield from (Reading(registry.SERVER_PROCESSES, number, labels) for labels, number in states.items())
    reporting = [process for process in processes if not process.silent]
    queues: Counter[str] = Counter()
    for process in reporting:
        queues.update({name: lane.depth for name, lane in process.lanes.items()})
    yield from (Reading(registry.LANE_QUEUE, depth, (lane,)) for lane, depth in queues.items())
    yield Reading(registry.CALLERS_WAITING, sum(process.pending for process in reporting))


def _state(process: ServerProcess) -> str:
    if process.silent:
        return "silent"
    return "database_away" if process.database_down else "reporting"


def _activity(connection: Connection) -> Iterator[Reading]:
    sample = read_latest_sample(connection)
    if sample is not None:
        yield Reading(registry.SESSIONS_LIVE, sample.sessions_live)
        yield Reading(registry.DEVICES_ACTIVE, sample.devices_active)
        yield Reading(registry.SEATS_SOLD, sample.seats_sold)


def _upkeep(connection: Connection) -> Iterator[Reading]:
    upkeep = read_upkeep(connection)
    partitions = upkeep.partitions
    yield Reading(registry.PARTITION_MONTHS_AHEAD, partitions.months_ahead)
    yield Reading(registry.DEFAULT_PARTITION_ROWS, partitions.rows_in_default)
    for job in upkeep.jobs:
        yield Reading(registry.JOB_OVERDUE, job.is_overdue, (job.name,))
        yield Reading(registry.JOB_FAILING, job.failure is not None, (job.name,))


def _backups(record: BackupRecord) -> Iterator[Reading]:
    yield Reading(registry.BACKUP_AGE, record.verified_age_seconds, ("verified",))
    if record.archived:
        yield Reading(registry.BACKUP_AGE, record.proved_age_seconds, ("proved",))
    yield Reading(registry.BACKUP_FAILING, record.failure is not None)


def _reminders(record: ReminderRecord) -> Iterator[Reading]:
    states = {"waiting": record.waiting, "sent": record.sent_lately, "given_up": record.given_up_lately}
    yield from (Reading(registry.REMINDER_MAILS, number, (state,)) for state, number in states.items())
    yield Reading(registry.REMINDERS_WAITING_SECONDS, record.waiting_seconds)
    yield Reading(registry.REMINDERS_FAILING, record.failure is not None)
