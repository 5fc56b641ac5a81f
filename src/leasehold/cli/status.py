"""`leasehold status`: what runs, and what is wrong with it."""

import json
from dataclasses import asdict
from typing import Any

from msgspec import to_builtins

from leasehold import __version__
from leasehold.cli.facts import DatabaseAway, DatabaseFacts, JobFacts, look_at_database
from leasehold.embedded.readiness import ask
from leasehold.embedded.running import what_runs
from leasehold.kit.configuration import Configuration
from leasehold.kit.listeners import http_address
from leasehold.operations.processes import ServerProcess

SWEEP_OVERDUE_SECONDS = 30


def read_status(configuration: Configuration) -> dict[str, Any]:
    """All that `status --json` prints; `ok` where `problems` is empty."""
    running = what_runs(configuration.data_dir)
    server = running.server if running else http_address(configuration.host, configuration.server_port)
    panel = running.panel if running else http_address(configuration.host, configuration.panel_port)
    facts = look_at_database(configuration)
    server_status = _server_status(server)
    panel_answer = ask(panel, "/")
    panel_status = "pass" if panel_answer is not None and panel_answer.status == 200 else "away"
    problems = database_problems(facts)
    if server_status != "pass":
        problems.append(f"The license server at {server} is {server_status}.")
    if panel_status != "pass":
        problems.append(f"The admin panel at {panel} is {panel_status}.")
    return {
        "ok": not problems,
        "problems": problems,
        "version": __version__,
        "data_dir": str(configuration.data_dir),
        "up": {"pid": running.pid} if running else None,
        "server": {"address": server, "status": server_status},
        "panel": {"address": panel, "status": panel_status},
        **_database(facts),
    }


def database_problems(facts: DatabaseFacts | DatabaseAway) -> list[str]:
    """What is wrong with the database and the worker, a sentence each."""
    if isinstance(facts, DatabaseAway):
        return [f"The database cannot be reached: {facts.reason}"]
    if facts.schema.problem is not None:
        return [facts.schema.problem]
    problems = []
    if facts.missing_partitions:
        problems.append(f"There is no partition for the heartbeats of {', '.join(facts.missing_partitions)}.")
    if facts.rows_in_default_partition:
        problems.append("Heartbeats have fallen into the default partition.")
    problems += [f"The worker's job {job.name} failed: {job.failure}" for job in facts.jobs if job.failure]
    return [*problems, *filter(None, (sweep_is_late(facts), backup_is_overdue(facts)))]


def sweep_is_late(facts: DatabaseFacts) -> str | None:
    """A sentence where the worker does not move dead sessions to the history."""
    sweep = next((job for job in facts.jobs if job.name == "sweep"), None)
    if sweep is None or sweep.seconds_ago is None:
        return "The worker has not run yet."
    if sweep.seconds_ago > SWEEP_OVERDUE_SECONDS:
        return f"The worker last ran {sweep.seconds_ago:.0f} s ago."
    return None


def backup_is_overdue(facts: DatabaseFacts) -> str | None:
    """A sentence where the newest good backup is older than it should be."""
    record = facts.backups
    if record is None or not record.is_overdue:
        return None
    newest = record.proved if record.archived else record.verified
    age = f"{newest} is {record.age_seconds / 3600:.0f} hours old." if newest else "there is none."
    return f"There should be a newer good backup: {age} {record.failure or ''}".rstrip()


def as_text(status: dict[str, Any]) -> str:
    """The same for people."""
    lines = [
        f"License server  {status['server']['status']:<12} {status['server']['address']}",
        f"Admin panel     {status['panel']['status']:<12} {status['panel']['address']}",
    ]
    database = status["database"]
    if database["reachable"]:
        lines += [
            f"Database        {'pass':<12} schema {database['schema']:04}",
            f"Live sessions   {status['sessions_live']}",
            *(_process_line(process) for process in status["processes"]),
        ]
    else:
        lines.append(f"Database        {'away':<12}")
    lines.append(f"Data            {status['data_dir']}")
    return "\n".join([*lines, *status["problems"]])


def _process_line(process: dict[str, Any]) -> str:
    state = "silent" if process["silent"] else "pass"
    where = f"{process['host']}, process {process['pid']}, version {process['version']}"
    return f"  process       {state:<12} {where}, {process['heartbeats_per_second']:.1f} heartbeats/s"


def _server_status(address: str) -> str:
    """`pass`, `degraded`, `unavailable` (it answers, but not yet for clients) or `away`."""
    answer = ask(address, "/health/ready")
    if answer is None:
        return "away"
    if answer.status != 200:
        return "unavailable"
    try:
        return str(json.loads(answer.body)["status"])
    except (ValueError, KeyError, TypeError):
        return "unavailable"


def _database(facts: DatabaseFacts | DatabaseAway) -> dict[str, Any]:
    if isinstance(facts, DatabaseAway):
        return {
            "database": {"reachable": False},
            "partitions": None,
            "jobs": None,
            "sessions_live": None,
            "processes": None,
        }
    return {
        "database": {"reachable": True, "schema": facts.schema.current, "schema_wanted": facts.schema.wanted},
        "partitions": {
            "missing": list(facts.missing_partitions),
            "rows_in_default": facts.rows_in_default_partition,
        },
        "jobs": [_job(job) for job in facts.jobs],
        "sessions_live": facts.sessions_live,
        "processes": [_process(process) for process in facts.processes],
    }


def _process(process: ServerProcess) -> dict[str, Any]:
    """All that the row says, with identifiers and times as text."""
    return dict(to_builtins(asdict(process)))


def _job(job: JobFacts) -> dict[str, Any]:
    finished = job.finished_at.isoformat() if job.finished_at else None
    return {"name": job.name, "finished_at": finished, "seconds_ago": job.seconds_ago, "failure": job.failure}
