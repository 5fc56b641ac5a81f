"""Every metric there is. The exposition, the documentation, the dashboard and the alerts are made from these."""

from typing import Final

from leasehold.monitoring.metric import Kind, Label, Metric, Scope

_LANE: Final = (
    Label("lane", "`heartbeats`, `reads` (validations), `commands`, `contended` (wait for a license) or `resources`"),
)
_CODE: Final = Label("code", "the code of the answer, as in the contract (docs/api.md)")

REQUESTS: Final = Metric(
    "leasehold_requests",
    Kind.COUNTER,
    Scope.HOST,
    "Calls of the License API, by endpoint and code.",
    (Label("endpoint", "`license/validate`, `session/heartbeat`, …"), _CODE),
)
DENIALS: Final = Metric(
    "leasehold_denials",
    Kind.COUNTER,
    Scope.HOST,
    "Refusals by the rules of licensing, by code.",
    (Label("code", "why, as in the contract: `session_limit_reached`, …"),),
)
LANE_BATCHES: Final = Metric(
    "leasehold_lane_batches", Kind.COUNTER, Scope.HOST, "Batches that a lane has committed.", _LANE
)
LANE_COMMANDS: Final = Metric("leasehold_lane_commands", Kind.COUNTER, Scope.HOST, "Commands in those batches.", _LANE)
LANE_FAILURES: Final = Metric(
    "leasehold_lane_failures", Kind.COUNTER, Scope.HOST, "Commands that could not be run.", _LANE
)
LANE_SECONDS: Final = Metric(
    "leasehold_lane_seconds", Kind.COUNTER, Scope.HOST, "Seconds from taking a batch to its commit.", _LANE
)
BATCH_SIZE: Final = Metric(
    "leasehold_lane_batch_size",
    Kind.HISTOGRAM,
    Scope.HOST,
    "Commands in a batch.",
    _LANE,
    (1, 2, 4, 8, 16, 32, 64, 128, 256),
)
BATCH_SECONDS: Final = Metric(
    "leasehold_lane_batch_seconds",
    Kind.HISTOGRAM,
    Scope.HOST,
    "Seconds from taking a batch to its commit, by batch.",
    _LANE,
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5),
)

DATABASE_UP: Final = Metric(
    "leasehold_database_up",
    Kind.GAUGE,
    Scope.HOST,
    "1 where this license server could read the figures of the installation, else 0, and these are missing.",
)
SERVER_PROCESSES: Final = Metric(
    "leasehold_server_processes",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Processes of the license server on all hosts.",
    (
        Label("version", "the release that the process runs"),
        Label("state", "`reporting`, `database_away`, or `silent` for one that has missed several reports"),
    ),
)
LANE_QUEUE: Final = Metric(
    "leasehold_lane_queue",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Commands that wait for their batch, in all processes, at their last report (every 5 s).",
    _LANE,
)
CALLERS_WAITING: Final = Metric(
    "leasehold_callers_waiting",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Calls that wait for their commit, in all processes, at their last report (every 5 s).",
)
SESSIONS_LIVE: Final = Metric(
    "leasehold_sessions_live",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Live sessions, as the worker counted them in the last minutes; missing where it has not.",
)
DEVICES_ACTIVE: Final = Metric(
    "leasehold_devices_active",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Active devices, counted with the live sessions (in a large installation once an hour).",
)
SEATS_SOLD: Final = Metric(
    "leasehold_seats_sold",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Sessions that the licenses in force allow at once, counted like active devices.",
)
PARTITION_MONTHS_AHEAD: Final = Metric(
    "leasehold_partition_months_ahead",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "For how many months after this one heartbeats have a partition, up to 3; -1 where this month's is missing.",
)
DEFAULT_PARTITION_ROWS: Final = Metric(
    "leasehold_default_partition_rows",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Heartbeats in the default partition, counted up to 1,000; there should be none.",
)
JOB_OVERDUE: Final = Metric(
    "leasehold_job_overdue",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "1 where the job should have run half a minute ago and has not, else 0.",
    (Label("worker_job", "the job of the worker: `audit_seal`, `sweep`, …"),),
)
JOB_FAILING: Final = Metric(
    "leasehold_job_failing",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "1 where the job's last run failed, else 0.",
    (Label("worker_job", "the job of the worker"),),
)
BACKUP_AGE: Final = Metric(
    "leasehold_backup_age_seconds",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "How old the newest backup is that got so far; where there is none yet, how old the installation is.",
    (Label("state", "`verified` (restored and compared), and where there is an archive `proved` (to be in it)"),),
)
BACKUP_FAILING: Final = Metric(
    "leasehold_backup_failing",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "1 where a backup has failed and none has succeeded since, else 0.",
)
REMINDER_MAILS: Final = Metric(
    "leasehold_reminder_mails",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "Mails with reminders, by how they stand.",
    (
        Label(
            "state",
            "`waiting` (for another attempt), `sent` (in the last 24 hours) or `given_up` (in the last seven days, and "
            "not sent again)",
        ),
    ),
)
REMINDERS_WAITING_SECONDS: Final = Metric(
    "leasehold_reminder_waiting_seconds",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "How long ago the oldest mail was written that has not left yet; 0 where there is none.",
)
REMINDERS_FAILING: Final = Metric(
    "leasehold_reminders_failing",
    Kind.GAUGE,
    Scope.INSTALLATION,
    "1 where the latest try to send reminders failed, since the mail server could not be used, else 0.",
)
ARCHIVE_BYTES: Final = Metric(
    "leasehold_backup_archive_bytes",
    Kind.GAUGE,
    Scope.MACHINE,
    "Bytes in the archive, all volumes together, by the catalogue of this machine.",
)
ARCHIVE_VOLUME_BYTES: Final = Metric(
    "leasehold_backup_archive_volume_bytes",
    Kind.GAUGE,
    Scope.MACHINE,
    "Bytes in the volume of the archive that is being filled.",
)
ARCHIVE_DAYS_LEFT: Final = Metric(
    "leasehold_backup_archive_days_left",
    Kind.GAUGE,
    Scope.MACHINE,
    "Days until that volume is full if it grows on as it has; missing while there is too little to tell from.",
)

METRICS: Final = (
    REQUESTS,
    DENIALS,
    LANE_BATCHES,
    LANE_COMMANDS,
    LANE_FAILURES,
    LANE_SECONDS,
    BATCH_SIZE,
    BATCH_SECONDS,
    DATABASE_UP,
    SERVER_PROCESSES,
    LANE_QUEUE,
    CALLERS_WAITING,
    SESSIONS_LIVE,
    DEVICES_ACTIVE,
    SEATS_SOLD,
    PARTITION_MONTHS_AHEAD,
    DEFAULT_PARTITION_ROWS,
    JOB_OVERDUE,
    JOB_FAILING,
    BACKUP_AGE,
    BACKUP_FAILING,
    REMINDER_MAILS,
    REMINDERS_WAITING_SECONDS,
    REMINDERS_FAILING,
    ARCHIVE_BYTES,
    ARCHIVE_VOLUME_BYTES,
    ARCHIVE_DAYS_LEFT,
)
