"""`leasehold backup recovery-kit …`: the key that opens the archive when this server is lost."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from leasehold.backups import recovery_kit
from leasehold.backups.archive.volumes import volumes_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.keys import load_keys
from leasehold.backups.places import Places
from leasehold.cli.call import Call
from leasehold.cli.installation import check_installation
from leasehold.cli.verb import new_group, verb
from leasehold.kit.signing import load_key_ring

app = new_group()
KeyOption = Annotated[
    Path | None,
    typer.Option(help="A file with the recovery key, or the whole recovery kit.", dir_okay=False, exists=True),
]


@verb(app, "show")
def show(call: Call) -> None:
    """Print the recovery kit: keep it outside of this server, then confirm it with `recovery-kit test`."""
    check_installation(call.configuration)
    data_dir = call.configuration.data_dir
    volumes = volumes_of(Catalog(Places(data_dir)).events())
    archive = volumes[-1].address.text if volumes else ""
    typer.echo(recovery_kit.kit_text(load_keys(data_dir), archive, load_key_ring(data_dir).keys[0].kid or ""))


@verb(app, "test")
def confirm(
    call: Call,
    *,
    file: KeyOption = None,
) -> None:
    """Prove that the recovery kit you keep opens the backups; its key then leaves this server."""
    check_installation(call.configuration)
    if file is not None:
        typed = file.read_text(encoding="utf-8", errors="replace")
    elif sys.stdin.isatty():
        typed = typer.prompt("The key (AGE-SECRET-KEY-…)", hide_input=True)
    else:
        typed = sys.stdin.read()
    recovery_kit.confirm(call.configuration.data_dir, typed)
    call.show({"confirmed": True})


@verb(app, "renew")
def renew(call: Call) -> None:
    """Make a new recovery key, for all backups from the next one on; older ones are opened by the older key."""
    check_installation(call.configuration)
    recovery_kit.renew(call.configuration.data_dir)
    call.show({"renewed": True, "next": "leasehold backup recovery-kit show"})
