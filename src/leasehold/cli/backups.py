"""`leasehold backup …`: make, prove, restore."""

from typing import Annotated

import typer

from leasehold.backups import engine
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.daily import ensure_daily as ensure_daily_backup
from leasehold.backups.drill import drill as drill_backup
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.cli import backup_archive, backup_catalog, recovery_kit, restores
from leasehold.cli.backup_guard import say_of
from leasehold.cli.call import Call
from leasehold.cli.installation import check_installation
from leasehold.cli.output import Fields
from leasehold.cli.verb import new_group, verb

app = new_group()
for part in (restores, backup_archive):
    app.add_typer(part.app)
app.add_typer(backup_catalog.app, name="catalog", help="The list of all backups that there ever were.")
app.add_typer(recovery_kit.app, name="recovery-kit", help="The key that opens the archive when this server is lost.")

NameArgument = Annotated[str, typer.Argument(help="Like server_backup_20260131_030000.", show_default=False)]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_COLUMNS = ("name", "state", "reason", "rows", "bytes", "stored_bytes", "here", "failure")


@verb(app, "create")
def create(
    call: Call,
    *,
    reason: Annotated[str, typer.Option(help="What it is made for.")] = "by hand",
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for a backup that is under way.")] = 0,
) -> None:
    """Make a full backup, restore and compare it, and push it to the archive. The last line printed is its name."""
    check_installation(call.configuration)
    outcome = engine.create(call.configuration, reason=reason, by=call.actor.name, say=say_of(call), wait_seconds=wait)
    _finish(call, outcome)


@verb(app, "list")
def list_(call: Call) -> None:
    """List all backups, newest first."""
    check_installation(call.configuration)
    backups = Catalog(Places(call.configuration.data_dir)).backups()
    call.show_list(map(_fields, backups), _COLUMNS)


@verb(app, "show")
def show(call: Call, name: NameArgument) -> None:
    """Show what is known about a backup."""
    backup = Catalog(Places(call.configuration.data_dir)).find(name)
    call.show({**_fields(backup), "steps": backup.reached})


@verb(app, "finish")
def finish(call: Call) -> None:
    """Go on with what was interrupted, and push what is not in the archive yet."""
    check_installation(call.configuration)
    for outcome in engine.finish(call.configuration, say=say_of(call)):
        _finish(call, outcome)


@verb(app, "ensure-daily")
def ensure_daily(call: Call) -> None:
    """Make today's backup where it is due and nobody has made it, and push what is missing; the worker does this."""
    check_installation(call.configuration)
    outcome = ensure_daily_backup(call.configuration, say=say_of(call))
    if outcome is not None:
        _finish(call, outcome)
        return
    for finished in engine.finish(call.configuration, say=say_of(call)):
        _finish(call, finished)


@verb(app, "verify")
def verify(call: Call, name: NameArgument) -> None:
    """Open a backup that is kept here, restore it into a scratch PostgreSQL, and compare every table."""
    check_installation(call.configuration)
    drill_backup(call.configuration, name, from_archive=False, say=say_of(call))
    call.show({"name": name, "whole": True})


@verb(app, "drill")
def drill(
    call: Call,
    name: Annotated[str | None, typer.Argument(help="Which backup; the newest where left out.")] = None,
) -> None:
    """Restore a backup from the archive alone into a scratch PostgreSQL, and compare every table."""
    check_installation(call.configuration)
    drilled = drill_backup(call.configuration, name, from_archive=True, say=say_of(call))
    call.show({"name": drilled, "whole": True})


def _finish(call: Call, outcome: engine.Outcome) -> None:
    """Say what to know, then the name, as the last line; leave with the status that scripts look at."""
    if call.common.as_json:
        call.show({"name": outcome.name, "state": outcome.state, "warnings": list(outcome.warnings)})
    else:
        for warning in outcome.warnings:
            typer.echo(f"Warning: {warning}", err=True)
        typer.echo(outcome.name)
    if outcome.status:
        raise typer.Exit(outcome.status)


def _fields(backup: Backup) -> Fields:
    facts = backup.facts
    return {
        "name": backup.name,
        "state": "failed" if backup.failure is not None else str(backup.state),
        "reason": facts.get("reason"),
        "rows": facts.get("rows"),
        "bytes": facts.get("bytes"),
        "stored_bytes": facts.get("stored_bytes"),
        "here": backup.local,
        "proved_at": backup.reached.get(State.PROVED),
        "failure": backup.failure,
    }
