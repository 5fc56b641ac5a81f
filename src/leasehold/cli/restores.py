"""`leasehold backup restore` and `rescue-link`: the way back."""

from functools import partial
from importlib import import_module
from typing import Annotated

import msgspec
import typer

from leasehold.backups.recovery_kit import keys_in
from leasehold.backups.restore.rescue_link import LIFETIME, new_rescue_path
from leasehold.backups.restore.sources import fetch_backup
from leasehold.cli.backup_guard import guard_of, say_of
from leasehold.cli.call import Call
from leasehold.cli.installation import address_of_panel, database_of_installation
from leasehold.cli.recovery_kit import KeyOption
from leasehold.cli.verb import new_group, verb
from leasehold.kit.database import Role

app = new_group()


@verb(app, "restore")
def restore(
    call: Call,
    name: Annotated[str, typer.Argument(help="Like server_backup_20260131_030000.", show_default=False)],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but the swap, and say what it would do.")
    ] = False,
    key: KeyOption = None,
) -> None:
    """Go back to a backup. The database that is there now stays, under another name."""
    if not (yes or dry_run):
        typer.confirm(
            f"The database goes back to {name}; what is there now stays under another name. Restore?", abort=True
        )
    given = keys_in(key.read_text(encoding="utf-8", errors="replace")) if key else ()
    # With it comes Alembic, which no other verb of the group needs.
    outcome = import_module("leasehold.backups.restore.restoring").restore(
        call.configuration,
        name,
        actor=call.actor.name,
        dry_run=dry_run,
        say=say_of(call),
        source=partial(fetch_backup, recovery_keys=given),
        guard=guard_of(call, ""),
    )
    fields = msgspec.to_builtins(outcome)
    fields["carried"] = {one.kind: list(one.names) for one in outcome.carried}
    call.show(fields)


@verb(app, "rescue-link")
def rescue_link(call: Call) -> None:
    """Print a link to the backups in the panel, for when the database is gone; it opens once."""
    database_of_installation(call.configuration, Role.PANEL)
    link = f"{address_of_panel(call.configuration)}{new_rescue_path(call.configuration.data_dir)}"
    call.show({"link": link, "minutes": int(LIFETIME.total_seconds() // 60)})
