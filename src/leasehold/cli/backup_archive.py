"""`leasehold backup test-archive` and `prune-local`: the archive, and what it makes needless here."""

from datetime import UTC, datetime
from functools import partial

from leasehold.backups.archive.remote import remote_at
from leasehold.backups.archive.trying import try_archive
from leasehold.backups.archiving import still_there
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import ArchiveRefused
from leasehold.backups.lineage import CYCLE, earlier_manifests
from leasehold.backups.lock import only_one
from leasehold.backups.places import Places
from leasehold.backups.pruning import bases_of_later, prune_local
from leasehold.backups.settings import BackupSettings, read_backup_settings
from leasehold.backups.store.repository import Repository
from leasehold.cli.call import Call
from leasehold.cli.installation import database_of_installation
from leasehold.cli.verb import new_group, verb
from leasehold.kit.database import Role

app = new_group()


@verb(app, "test-archive")
def try_it(call: Call) -> None:
    """Reach the archive, read it, and ask whether we may write; believes the key of a host that is met first."""
    settings = _settings(call)
    if settings.archive is None:
        detail = "There is no archive: set one with `leasehold settings set backup_archive ADDRESS`."
        raise ArchiveRefused("archive_missing", detail)
    trial = try_archive(remote_at(settings.archive, settings.ssh_key, Places(call.configuration.data_dir)))
    call.show({"archive": settings.archive.text, "holds": trial.content, "host_keys": list(trial.fingerprints)})


@verb(app, "prune-local")
def prune(call: Call) -> None:
    """Remove local copies that are proved to be in the archive and needed for nothing; say why others stay."""
    settings = _settings(call)
    places = Places(call.configuration.data_dir)
    with only_one(places, "Removing local backups"):
        verdicts = prune_local(
            Repository(places.repository),
            Catalog(places),
            keep=settings.local_keep,
            bases=bases_of_later(earlier_manifests(places), CYCLE),
            still_there=partial(still_there, places),
            now=datetime.now(UTC),
        )
    rows = [
        {"name": one.name, "removed": one.reason is None, "freed_bytes": one.freed, "reason": one.reason}
        for one in verdicts
    ]
    call.show_list(rows, ("name", "removed", "freed_bytes", "reason"))


def _settings(call: Call) -> BackupSettings:
    with database_of_installation(call.configuration, Role.BACKUP).connect(application="backup") as connection:
        return read_backup_settings(connection)
