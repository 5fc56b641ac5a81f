"""`leasehold backup catalog …`: the list of all backups that there ever were."""

from pathlib import Path
from typing import Annotated

import typer

from leasehold.backups.catalog import Catalog
from leasehold.backups.keys import load_keys
from leasehold.backups.places import Places
from leasehold.backups.rebuilding import Archive, rebuild_catalog
from leasehold.backups.recovery_kit import keys_in
from leasehold.backups.settings import default_backup_settings
from leasehold.cli.call import Call
from leasehold.cli.installation import check_installation
from leasehold.cli.recovery_kit import KeyOption
from leasehold.cli.verb import new_group, verb
from leasehold.kit.git_address import read_address
from leasehold.kit.signing import load_key_ring

app = new_group()


@verb(app, "verify")
def verify(call: Call) -> None:
    """Say whether every line of the catalogue is as it was written."""
    check_installation(call.configuration)
    events = sum(1 for _ in Catalog(Places(call.configuration.data_dir)).events())
    call.show({"whole": True, "events": events})


@verb(app, "rebuild")
def rebuild(
    call: Call,
    *,
    archive: Annotated[str, typer.Option("--from", metavar="ARCHIVE", help="The archive's address.")],
    key: KeyOption = None,
    ssh_key: Annotated[Path | None, typer.Option(help="The SSH key for it; the usual one where left out.")] = None,
) -> None:
    """Make the catalogue anew from an archive; on another server than before, with the recovery key."""
    check_installation(call.configuration)
    data_dir = call.configuration.data_dir
    given = keys_in(key.read_text(encoding="utf-8", errors="replace")) if key else ()
    source = Archive(
        address=read_address(archive),
        ssh_key=ssh_key or default_backup_settings().ssh_key,
        identities=(*given, *load_keys(data_dir).identities),
        key_ring=None if given else load_key_ring(data_dir),
    )
    call.show({"backups": rebuild_catalog(Places(data_dir), source)})
