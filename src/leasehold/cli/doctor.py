"""`leasehold doctor`: looks at everything that could be wrong, and says for each finding what mends it."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from leasehold import __version__
from leasehold.cli.facts import DatabaseAway, DatabaseFacts, look_at_database
from leasehold.cli.status import backup_is_overdue, sweep_is_late
from leasehold.embedded.binaries import embedded_programs
from leasehold.embedded.layout import (
    CLUSTER,
    check_free_space,
    check_layout,
    check_postgresql_version,
    check_upgrade_is_over,
)
from leasehold.embedded.running import what_runs
from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.findings import Finding
from leasehold.kit.listeners import listen_on_port
from leasehold.kit.releases import Releases
from leasehold.kit.secrets_file import FILE_NAME
from leasehold.reminders.mail_settings import missing_for_mails

_CLOCK_TOLERANCE_SECONDS = 2.0


def examine(configuration: Configuration) -> list[Finding]:
    """Everything, in the order in which it should be mended. Changes nothing."""
    return [
        Finding("configuration", ok=True, detail="readable and valid"),
        *_data_dir(configuration),
        *_releases(configuration),
        *_ports(configuration),
        *_database(configuration),
    ]


def _data_dir(configuration: Configuration) -> Iterator[Finding]:
    data_dir = configuration.data_dir
    if not data_dir.is_dir():
        yield Finding("data directory", ok=False, detail=f"{data_dir} does not exist", mend="leasehold up")
        return
    found = data_dir.stat()
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Finding(
            "data directory", ok=False, detail=f"others may write to {data_dir}", mend=f"chmod go-w {data_dir}"
        )
    elif found.st_uid != os.geteuid():
        mend = f"run Leasehold as the owner of {data_dir}"
        yield Finding("data directory", ok=False, detail=f"{data_dir} belongs to somebody else", mend=mend)
    else:
        yield _judged("data directory", f"{data_dir}", lambda: _check_contents(configuration))
    yield _secrets_file(configuration)


def _judged(check: str, well: str, look: Callable[[], None]) -> Finding:
    """A finding out of a check that raises a sentence which says already what to do."""
    try:
        look()
    except ConfigurationError as error:
        detail, _, mend = str(error).partition(": ")
        return Finding(check, ok=False, detail=detail, mend=mend or None)
    return Finding(check, ok=True, detail=well)


def _check_contents(configuration: Configuration) -> None:
    check_layout(configuration.data_dir)
    check_free_space(configuration.data_dir)
    if configuration.embedded:
        check_upgrade_is_over(configuration.data_dir)
        check_postgresql_version(configuration.data_dir / CLUSTER, embedded_programs())


def _secrets_file(configuration: Configuration) -> Finding:
    path = configuration.data_dir / FILE_NAME
    if not path.exists():
        return Finding("secrets", ok=False, detail=f"{path} does not exist", mend="leasehold up")
    if path.stat().st_mode & 0o077:
        return Finding("secrets", ok=False, detail=f"{path} can be read by others", mend=f"chmod 600 {path}")
    return Finding("secrets", ok=True, detail=f"{path}, for its owner alone")


def _releases(configuration: Configuration) -> Iterator[Finding]:
    """Nothing to say before the first upgrade."""
    releases = Releases(configuration.data_dir)
    current, own = releases.current_environment(), Path(sys.prefix).resolve()
    if releases.upgrading.exists():
        detail = "an upgrade is under way, or was interrupted"
        yield Finding("upgrade", ok=False, detail=detail, mend=f"{own}/bin/leasehold upgrade, once none is under way")
    if current is None:
        if os.path.lexists(releases.current):
            detail = f"{releases.current} leads nowhere"
            yield Finding("release", ok=False, detail=detail, mend=f"ln -sfn {own} {releases.current}")
    elif current != own:
        detail = f"this is {__version__} in {own}, and the installation runs from {current}"
        yield Finding("release", ok=False, detail=detail, mend=f"start {releases.current}/bin/leasehold instead")
    else:
        yield Finding("release", ok=True, detail=f"{__version__}, in {own}")


def _ports(configuration: Configuration) -> Iterator[Finding]:
    running = what_runs(configuration.data_dir)
    if running is not None:
        yield Finding("ports", ok=True, detail=f"used by `leasehold up` (process {running.pid})")
        return
    for port, option in (
        (configuration.server_port, "--server-port"),
        (configuration.panel_port, "--panel-port"),
    ):
        yield _judged(f"port {port}", "free", partial(_check_port, configuration.host, port, option))


def _check_port(host: str, port: int, option: str) -> None:
    listen_on_port(host, port, option=option).close()


def _database(configuration: Configuration) -> Iterator[Finding]:
    facts = look_at_database(configuration)
    if isinstance(facts, DatabaseAway):
        mend = "leasehold up" if configuration.embedded else "check LEASEHOLD_DATABASE_URL"
        yield Finding("database", ok=False, detail=f"cannot be reached: {facts.reason}", mend=mend)
        return
    yield Finding("database", ok=True, detail="reachable")
    yield _clock(facts)
    if facts.schema.problem is not None:
        mend = "leasehold migrate" if facts.schema.current < facts.schema.wanted else "install the newer release"
        yield Finding("schema", ok=False, detail=facts.schema.problem, mend=mend)
        return
    yield Finding("schema", ok=True, detail=f"at {facts.schema.current:04}")
    yield _partitions(facts)
    late = sweep_is_late(facts)
    yield Finding("worker", ok=late is None, detail=late or "runs", mend="leasehold worker" if late else None)
    overdue = backup_is_overdue(facts)
    create = "leasehold backup create --reason overdue"
    yield Finding("backup", ok=overdue is None, detail=overdue or "not overdue", mend=create if overdue else None)
    yield _reminders(configuration, facts)
    for job in facts.jobs:
        if job.failure:
            yield Finding(f"job {job.name}", ok=False, detail=job.failure, mend="leasehold logs worker")


def _reminders(configuration: Configuration, facts: DatabaseFacts) -> Finding:
    missing = missing_for_mails(configuration)
    if missing:
        return Finding("reminders", ok=True, detail=f"off, since {' and '.join(missing)} are not set")
    if facts.reminders is not None and facts.reminders.failure is not None:
        mend = "leasehold reminder test ADDRESS"
        return Finding("reminders", ok=False, detail=facts.reminders.failure, mend=mend)
    if facts.reminders is not None and facts.reminders.given_up_lately:
        detail = f"mails given up in the last days: {facts.reminders.given_up_lately}"
        return Finding("reminders", ok=False, detail=detail, mend="leasehold reminder list --state given_up")
    return Finding("reminders", ok=True, detail=f"on, by {configuration.smtp_host}")


def _clock(facts: DatabaseFacts) -> Finding:
    difference = facts.clock_difference
    if abs(difference) <= _CLOCK_TOLERANCE_SECONDS:
        return Finding("clock", ok=True, detail="the database and this machine agree")
    way = "ahead of" if difference > 0 else "behind"
    detail = f"the database's clock is {abs(difference):.1f} s {way} this machine's"
    return Finding("clock", ok=False, detail=detail, mend="set both clocks by NTP")


def _partitions(facts: DatabaseFacts) -> Finding:
    if facts.missing_partitions:
        detail = f"there is none for {', '.join(facts.missing_partitions)}"
        return Finding("partitions", ok=False, detail=detail, mend="leasehold worker")
    if facts.rows_in_default_partition:
        detail = "heartbeats have fallen into the default partition"
        mend = (
            "leasehold psql -c \"SELECT date_trunc('month', at), count(*) FROM license_heartbeats_default GROUP BY 1\""
        )
        return Finding("partitions", ok=False, detail=detail, mend=mend)
    return Finding("partitions", ok=True, detail="this month and the next three are there")
