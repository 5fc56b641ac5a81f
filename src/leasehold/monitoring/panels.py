"""What the dashboard shows, row by row: first how it is, then how fast, then what keeps it so."""

from dataclasses import dataclass

from leasehold.monitoring import registry
from leasehold.monitoring.queries import mean, newest, quantile, rate


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart: `queries` are pairs of PromQL and a legend, `unit` is Grafana's name of it."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"


@dataclass(frozen=True, slots=True)
class Row:
    """Charts side by side."""

    title: str
    panels: tuple[Panel, ...]


ROWS = (
    Row(
        "Licensing",
        (
            Panel(
                "Live sessions and seats",
                (
                    (newest(registry.SESSIONS_LIVE), "live sessions"),
                    (newest(registry.SEATS_SOLD), "seats sold"),
                    (newest(registry.DEVICES_ACTIVE), "active devices"),
                ),
            ),
            Panel("Calls by endpoint", ((rate(registry.REQUESTS, "endpoint"), "{{endpoint}}"),), "reqps"),
            Panel("Outcomes by code", ((rate(registry.REQUESTS, "code"), "{{code}}"),), "reqps"),
            Panel("Denials by code", ((rate(registry.DENIALS, "code"), "{{code}}"),), "reqps"),
        ),
    ),
    Row(
        "License server",
        (
            Panel(
                "Processes",
                (
                    (newest(registry.SERVER_PROCESSES, "version", "state"), "{{version}} {{state}}"),
                    (f"min({registry.DATABASE_UP})", "database is there"),
                ),
            ),
            Panel(
                "Queue",
                (
                    (newest(registry.LANE_QUEUE, "lane"), "{{lane}}"),
                    (newest(registry.CALLERS_WAITING), "callers waiting"),
                ),
            ),
            Panel(
                "Commands and failures",
                (
                    (rate(registry.LANE_COMMANDS, "lane"), "{{lane}}"),
                    (rate(registry.LANE_FAILURES, "lane"), "{{lane}}, failed"),
                ),
                "ops",
            ),
            Panel("Batches", ((rate(registry.LANE_BATCHES, "lane"), "{{lane}}"),), "ops"),
        ),
    ),
    Row(
        "Commits",
        (
            Panel("To the commit, 95 %", ((quantile(0.95, registry.BATCH_SECONDS, "lane"), "{{lane}}"),), "s"),
            Panel("To the commit, 50 %", ((quantile(0.5, registry.BATCH_SECONDS, "lane"), "{{lane}}"),), "s"),
            Panel("Commands in a batch, mean", ((mean(registry.BATCH_SIZE, "lane"), "{{lane}}"),)),
            Panel("A lane is busy", ((rate(registry.LANE_SECONDS, "lane"), "{{lane}}"),), "percentunit"),
        ),
    ),
    Row(
        "Upkeep and backups",
        (
            Panel(
                "Partitions of heartbeats",
                (
                    (newest(registry.PARTITION_MONTHS_AHEAD), "months ahead"),
                    (newest(registry.DEFAULT_PARTITION_ROWS), "rows in the default partition"),
                ),
            ),
            Panel(
                "Jobs that want looking after",
                (
                    (newest(registry.JOB_OVERDUE, "worker_job"), "{{worker_job}} overdue"),
                    (newest(registry.JOB_FAILING, "worker_job"), "{{worker_job}} failing"),
                    (newest(registry.BACKUP_FAILING), "backups failing"),
                ),
            ),
            Panel("Age of the newest backup", ((newest(registry.BACKUP_AGE, "state"), "{{state}}"),), "s"),
            Panel(
                "Archive",
                (
                    (newest(registry.ARCHIVE_BYTES), "all volumes"),
                    (newest(registry.ARCHIVE_VOLUME_BYTES), "volume being filled"),
                ),
                "bytes",
            ),
            Panel(
                "Mails with reminders",
                (
                    (newest(registry.REMINDER_MAILS, "state"), "{{state}}"),
                    (newest(registry.REMINDERS_FAILING), "mail server failing"),
                ),
            ),
            Panel("The oldest mail that waits", ((newest(registry.REMINDERS_WAITING_SECONDS), "written ago"),), "s"),
            Panel("Days until the volume is full", ((f"min({registry.ARCHIVE_DAYS_LEFT})", "days"),)),
        ),
    ),
)
