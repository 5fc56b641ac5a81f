"""Verbs that start Leasehold and watch it: up, server, panel, worker, migrate, doctor, psql, status, logs."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from leasehold.backups.guard import NoBackupsYet
from leasehold.cli.doctor import examine
from leasehold.cli.logs import log_lines, readable
from leasehold.cli.psql import exec_psql
from leasehold.cli.status import as_text, read_status
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.migrations.state import wanted_schema

# Named, not imported: the deliveries do not know each other, and none of them is loaded for the others' verbs.
_PROGRAMS = {
    "up": ("leasehold.embedded.supervisor", "up"),
    "server": ("leasehold.server.run", "serve"),
    "panel": ("leasehold.panel.run", "serve"),
    "worker": ("leasehold.worker.run", "serve"),
}
_MIGRATE = ("leasehold.migrations.runner", "migrate")

DataDir = Annotated[Path | None, typer.Option(help="Where all data lives (LEASEHOLD_DATA_DIR).")]
Host = Annotated[str | None, typer.Option(help="Address to listen on (LEASEHOLD_HOST).")]
ServerPort = Annotated[int | None, typer.Option(help="Port of the license server (LEASEHOLD_SERVER_PORT).")]
PanelPort = Annotated[int | None, typer.Option(help="Port of the admin panel (LEASEHOLD_PANEL_PORT).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer()


@app.command()
def up(
    data_dir: DataDir = None, host: Host = None, server_port: ServerPort = None, panel_port: PanelPort = None
) -> None:
    """Run everything on this machine: PostgreSQL, license server, admin panel, worker. Ctrl-C stops it."""
    _run("up", load_configuration(data_dir=data_dir, host=host, server_port=server_port, panel_port=panel_port))


@app.command()
def server(
    data_dir: DataDir = None, host: Host = None, server_port: ServerPort = None, panel_port: PanelPort = None
) -> None:
    """Run the license server alone (LEASEHOLD_SERVER_WORKERS processes)."""
    _run("server", load_configuration(data_dir=data_dir, host=host, server_port=server_port, panel_port=panel_port))


@app.command()
def panel(
    data_dir: DataDir = None, host: Host = None, server_port: ServerPort = None, panel_port: PanelPort = None
) -> None:
    """Run the admin panel alone."""
    _run("panel", load_configuration(data_dir=data_dir, host=host, server_port=server_port, panel_port=panel_port))


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run the worker alone: what happens by the clock. Several may run; no work is done twice."""
    _run("worker", load_configuration(data_dir=data_dir))


@app.command()
def migrate(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Bring the database's schema up to what this release needs."""
    database = database_for(load_configuration(data_dir=data_dir), Role.OWNER)
    applied = _load(_MIGRATE)(database, NoBackupsYet())
    if as_json:
        print(json.dumps({"applied": applied, "schema": wanted_schema()}))
    else:
        print(f"Applied {', '.join(applied)}." if applied else "The schema is up to date.")


@app.command()
def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look at everything that could be wrong; exit status 1 where something is."""
    findings = examine(load_configuration(data_dir=data_dir))
    if as_json:
        print(json.dumps({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]}))
    else:
        for finding in findings:
            print(f"{'ok   ' if finding.ok else 'WRONG'} {finding.check}: {finding.detail}")
            if finding.mend is not None:
                print(f"      mend: {finding.mend}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context, data_dir: DataDir = None) -> None:
    """PostgreSQL's own client, as the owner of the database; all further arguments are psql's (-c SQL, -f FILE)."""
    exec_psql(load_configuration(data_dir=data_dir), context.args)


@app.command()
def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """What runs; exit status 0 only where all is well."""
    found = read_status(load_configuration(data_dir=data_dir))
    print(json.dumps(found) if as_json else as_text(found))
    raise typer.Exit(0 if found["ok"] else 1)


@app.command()
def logs(
    name: Annotated[str | None, typer.Argument(help="server, panel, worker or postgresql; all where left out.")] = None,
    data_dir: DataDir = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of each.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what comes.")] = False,
    as_json: AsJson = False,
) -> None:
    """What the programs under `leasehold up` have to say."""
    try:
        for program, line in log_lines(
            load_configuration(data_dir=data_dir).data_dir, name, lines=lines, follow=follow
        ):
            print(line if as_json else f"{program:<11}{readable(line)}", flush=follow)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _run(program: str, configuration: Configuration) -> None:
    """Start the program here; the processes that it starts find the configuration in their environment."""
    os.environ.update(configuration.as_environment())
    _load(_PROGRAMS[program])(configuration)


def _load(name: tuple[str, str]) -> Callable[..., Any]:
    module, function = name
    loaded: Callable[..., Any] = getattr(import_module(module), function)
    return loaded
