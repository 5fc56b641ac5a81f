"""What somebody should be woken for, and what can wait until the morning: rules for Prometheus."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from leasehold.backups.record import OVERDUE_SECONDS
from leasehold.monitoring import registry
from leasehold.monitoring.queries import newest, quantile, rate

_TOP = """\
# Made by `make metrics` of src/leasehold/monitoring/alerts.py.
groups:
  - name: leasehold
    rules:"""


class Severity(StrEnum):
    """`critical` wakes somebody."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alert:
    """`expression` has to hold for `lasting` (as Prometheus writes durations); `action` says what mends it."""

    name: str
    expression: str
    lasting: str
    severity: Severity
    summary: str
    action: str


_FAILED_CALLS = rate(registry.REQUESTS, where='code=~"unavailable|internal_error"')

# The lane `contended` waits for locks, as it should.
_NO_LOCKS = 'lane!="contended"'

_LATE_SECONDS = 86400

ALERTS = (
    Alert(
        "LeaseholdTargetDown",
        'up{job="leasehold"} == 0',
        "2m",
        Severity.CRITICAL,
        "A license server cannot be scraped: it is away, or its database is (without that, no API key can be checked).",
        "`leasehold doctor` on that host finds out why. See also that the API key is still good.",
    ),
    Alert(
        "LeaseholdDatabaseAway",
        f"{registry.DATABASE_UP} == 0",
        "1m",
        Severity.CRITICAL,
        "A license server cannot read the figures of the installation: the database is away, slow, or not migrated.",
        "`leasehold doctor` finds out why; `leasehold logs server` has the reason.",
    ),
    Alert(
        "LeaseholdCallsFail",
        f"{_FAILED_CALLS} / {rate(registry.REQUESTS)} > 0.01",
        "5m",
        Severity.CRITICAL,
        "More than 1 % of the calls are answered 500 or 503.",
        "`leasehold logs server`; then see whether the database is slow or full.",
    ),
    Alert(
        "LeaseholdCommitsSlow",
        f"{quantile(0.95, registry.BATCH_SECONDS, 'lane', where=_NO_LOCKS)} > 0.5",
        "10m",
        Severity.WARNING,
        "One batch in twenty takes more than half a second to its commit.",
        "See how fast the database's disk is, and what else it does.",
    ),
    Alert(
        "LeaseholdCallersWait",
        f"{newest(registry.CALLERS_WAITING)} > 2000",
        "2m",
        Severity.WARNING,
        "More than 2,000 calls wait for their commit; at 4,096 in a process newcomers are answered 503.",
        "See whether commits are slow; if they are not, raise LEASEHOLD_SERVER_WORKERS.",
    ),
    Alert(
        "LeaseholdCommandsFail",
        f"sum by (lane) (increase({registry.LANE_FAILURES}[15m])) > 0",
        "0m",
        Severity.WARNING,
        "A command could not be run.",
        "`leasehold logs server` has the reason.",
    ),
    Alert(
        "LeaseholdProcessSilent",
        f'max by (version) ({registry.SERVER_PROCESSES}{{state="silent"}}) > 0',
        "2m",
        Severity.WARNING,
        "A process of the license server keeps vanishing or hangs.",
        "`leasehold status` names it.",
    ),
    Alert(
        "LeaseholdVersionsMixed",
        f"count(max by (version) ({registry.SERVER_PROCESSES})) > 1",
        "1h",
        Severity.WARNING,
        "License servers of different releases have run side by side for an hour.",
        "End the upgrade: restart those that were left behind.",
    ),
    Alert(
        "LeaseholdSamplesMissing",
        f"{registry.DATABASE_UP} == 1 unless on (instance) {registry.SESSIONS_LIVE}",
        "10m",
        Severity.WARNING,
        "Nobody counts the live sessions.",
        "See whether the worker runs: `leasehold status`.",
    ),
    Alert(
        "LeaseholdJobOverdue",
        f"{newest(registry.JOB_OVERDUE, 'worker_job')} > 0",
        "5m",
        Severity.WARNING,
        "A job of the worker does not run.",
        "See whether the worker runs: `leasehold status`, `leasehold logs worker`.",
    ),
    Alert(
        "LeaseholdJobFails",
        f"{newest(registry.JOB_FAILING, 'worker_job')} > 0",
        "15m",
        Severity.WARNING,
        "A job of the worker fails again and again.",
        "`leasehold status --json` has its failure.",
    ),
    Alert(
        "LeaseholdPartitionsEnd",
        f"min({registry.PARTITION_MONTHS_AHEAD}) < 2",
        "1h",
        Severity.WARNING,
        "Heartbeats will soon have no partition.",
        "See whether the worker runs, which makes them.",
    ),
    Alert(
        "LeaseholdDefaultPartitionUsed",
        f"{newest(registry.DEFAULT_PARTITION_ROWS)} > 0",
        "1h",
        Severity.WARNING,
        "Heartbeats lie in the default partition.",
        "See whether the worker runs, which moves them.",
    ),
    Alert(
        "LeaseholdBackupOverdue",
        f"{newest(registry.BACKUP_AGE, 'state')} > {OVERDUE_SECONDS}",
        "10m",
        Severity.CRITICAL,
        f"No backup of the last {OVERDUE_SECONDS // 3600} hours was verified, or none was proved to be in the archive.",
        "`leasehold backup list` says why; `leasehold backup create` makes one.",
    ),
    Alert(
        "LeaseholdBackupFails",
        f"{newest(registry.BACKUP_FAILING)} > 0",
        "1h",
        Severity.WARNING,
        "A backup failed, and none has succeeded since.",
        "`leasehold backup list` says why.",
    ),
    Alert(
        "LeaseholdRemindersGivenUp",
        f'max({registry.REMINDER_MAILS}{{state="given_up"}}) > 0',
        "0m",
        Severity.WARNING,
        "A mail with reminders was refused for good in the last seven days, and not sent again.",
        "`leasehold reminder list --state given_up` says why; mend the address, then `leasehold reminder again`.",
    ),
    Alert(
        "LeaseholdRemindersLate",
        f"{newest(registry.REMINDERS_FAILING)} > 0 or {newest(registry.REMINDERS_WAITING_SECONDS)} > {_LATE_SECONDS}",
        "1h",
        Severity.WARNING,
        "Reminders do not leave: the mail server cannot be used, or has put a mail off for a day.",
        "`leasehold reminder status` and `leasehold reminder list --state waiting` say why.",
    ),
    Alert(
        "LeaseholdArchiveFull",
        f"min({registry.ARCHIVE_DAYS_LEFT}) < 14",
        "1h",
        Severity.WARNING,
        "The volume of the archive will be full within two weeks.",
        "See docs/backups.md: where the next volume goes.",
    ),
)


def render_alerts() -> str:
    """The rules, as a file of Prometheus."""
    return "\n".join([_TOP, *(line for alert in ALERTS for line in _lines(alert))]) + "\n"


def _lines(alert: Alert) -> Iterator[str]:
    """A text in JSON's quotes is one in YAML's."""
    yield f"      - alert: {alert.name}"
    yield f"        expr: {json.dumps(alert.expression)}"
    yield f"        for: {alert.lasting}"
    yield f"        labels: {{severity: {alert.severity}}}"
    yield "        annotations:"
    yield f"          summary: {json.dumps(alert.summary)}"
    yield f"          description: {json.dumps(alert.action)}"
