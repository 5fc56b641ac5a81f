"""Verbs that start Leasehold and look after it: up, server, panel, worker, reload, migrate, upgrade, doctor, psql, …"""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.doctor import examine
from leasehold.cli.installation import check_installation, database_of_installation
from leasehold.cli.logs import log_lines, readable
from leasehold.cli.psql import exec_psql
from leasehold.cli.reload import replace_panel_processes, replace_server_processes
from leasehold.cli.status import as_text, read_status
from leasehold.cli.verb import new_group, verb
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role
from leasehold.migrations.state import wanted_schema

# Named, not imported: the deliveries do not know each other, and none of them is loaded for the others' verbs.
_PROGRAMS = {
    "up": ("leasehold.embedded.supervisor", "up"),
    "server": ("leasehold.server.run", "serve"),
    "panel": ("leasehold.panel.run", "serve"),
    "worker": ("leasehold.worker.run", "serve"),
}
_MIGRATE = ("leasehold.migrations.runner", "migrate")

Host = Annotated[str | None, typer.Option(help="Address to listen on (LEASEHOLD_HOST).")]
ServerPort = Annotated[int | None, typer.Option(help="Port of the license server (LEASEHOLD_SERVER_PORT).")]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Let other machines reach the panel without TLS (LEASEHOLD_INSECURE).")
]
PanelPort = Annotated[int | None, typer.Option(help="Port of the admin panel (LEASEHOLD_PANEL_PORT).")]

app = new_group()


@verb(app, "up")
def up(
    call: Call,
    host: Host = None,
    server_port: ServerPort = None,
    panel_port: PanelPort = None,
    insecure: Insecure = False,
) -> None:
    """Run everything on this machine: PostgreSQL, license server, admin panel, worker. Ctrl-C stops it."""
    ports = {"server_port": server_port, "panel_port": panel_port}
    _run("up", _configuration(call, host=host, insecure=insecure or None, **ports))


@verb(app, "server")
def server(call: Call, host: Host = None, server_port: ServerPort = None, panel_port: PanelPort = None) -> None:
    """Run the license server alone (LEASEHOLD_SERVER_WORKERS processes)."""
    _run("server", _configuration(call, host=host, server_port=server_port, panel_port=panel_port))


@verb(app, "panel")
def panel(
    call: Call,
    host: Host = None,
    server_port: ServerPort = None,
    panel_port: PanelPort = None,
    insecure: Insecure = False,
) -> None:
    """Run the admin panel alone."""
    ports = {"server_port": server_port, "panel_port": panel_port}
    _run("panel", _configuration(call, host=host, insecure=insecure or None, **ports))


@verb(app, "worker")
def worker(call: Call) -> None:
    """Run the worker alone: what happens by the clock. Several may run; no work is done twice."""
    _run("worker", call.configuration)


@verb(app, "reload")
def reload(call: Call) -> None:
    """Replace every process of the license server, one by one, while they serve; then the panel's."""
    note = replace_server_processes(call.configuration.data_dir)
    panel = replace_panel_processes(call.configuration.data_dir)
    call.show({"server_processes": list(note.workers), "panel": panel})


@verb(app, "migrate")
def migrate(call: Call, *, without_backup: WithoutBackup = "") -> None:
    """Bring the database's schema up to what this release needs, after a backup."""
    guard = guard_of(call, without_backup)
    applied = _load(_MIGRATE)(database_of_installation(call.configuration, Role.OWNER), guard)
    call.show({"applied": applied, "schema": wanted_schema()})


@verb(app, "upgrade")
def upgrade(
    call: Call,
    release: Annotated[
        str | None,
        typer.Argument(help="A wheel, or a version; left out, an interrupted upgrade is undone or finished."),
    ] = None,
    *,
    wheels: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Take all that is needed from this directory of wheels."),
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Have a running `leasehold up` start again.")] = False,
) -> None:
    """Install another release beside this one, back up, migrate, try it, switch; undo all of it where that fails."""
    check_installation(call.configuration)
    call.show(import_module("leasehold.cli.upgrade").upgrade(call, release, wheels, may_restart=restart))


@verb(app, "doctor")
def doctor(call: Call) -> None:
    """Look at everything that could be wrong, and say what mends it; exit status 1 where something is."""
    raise typer.Exit(0 if call.show_findings(examine(call.configuration)) else 1)


@verb(app, "psql", context_settings={"ignore_unknown_options": True})
def psql(
    call: Call, arguments: Annotated[list[str] | None, typer.Argument(help="psql's own: -c SQL, -f FILE …")] = None
) -> None:
    """PostgreSQL's own client, as the owner of the database; its exit status is psql's."""
    exec_psql(call.configuration, arguments or [])


@verb(app, "status")
def status(call: Call) -> None:
    """Say what runs; exit status 0 only where all is well."""
    found = read_status(call.configuration)
    if call.common.as_json:
        call.show(found)
    else:
        typer.echo(as_text(found))
    raise typer.Exit(0 if found["ok"] else 1)


@verb(app, "logs")
def logs(
    call: Call,
    name: Annotated[str | None, typer.Argument(help="server, panel, worker or postgresql; all where left out.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of each.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what comes.")] = False,
) -> None:
    """Show what the programs under `leasehold up` have to say; --json as it was written."""
    try:
        for program, line in log_lines(call.configuration.data_dir, name, lines=lines, follow=follow):
            typer.echo(line if call.common.as_json else f"{program:<11}{readable(line)}")
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _configuration(call: Call, **given: object) -> Configuration:
    return load_configuration(data_dir=call.common.data_dir, **given)


def _run(program: str, configuration: Configuration) -> None:
    """Start the program here; the processes that it starts find the configuration in their environment."""
    os.environ.update(configuration.as_environment())
    _load(_PROGRAMS[program])(configuration)


def _load(name: tuple[str, str]) -> Callable[..., Any]:
    module, function = name
    loaded: Callable[..., Any] = getattr(import_module(module), function)
    return loaded
