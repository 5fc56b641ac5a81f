"""What a person should know, though the backup was made."""

from leasehold.backups.archive.volumes import volume_to_use
from leasehold.backups.catalog import Catalog
from leasehold.backups.keys import load_keys
from leasehold.backups.places import Places
from leasehold.backups.settings import BackupSettings


def advice_on(places: Places, settings: BackupSettings) -> tuple[str, ...]:
    """A sentence for each thing that is still to be done."""
    return tuple(filter(None, (_archive(places, settings), _recovery_kit(places))))


def _archive(places: Places, settings: BackupSettings) -> str | None:
    use = volume_to_use(Catalog(places).events(), settings)
    if use is None:
        return (
            "The backup is on this server only: set an archive with `leasehold settings set backup_archive ADDRESS` "
            "(docs/backups.md)."
        )
    return use.warning


def _recovery_kit(places: Places) -> str | None:
    if load_keys(places.data_dir).recovery_confirmed:
        return None
    return (
        "The recovery kit was never confirmed: if this server is lost, nobody can open the archive. Print it with "
        "`leasehold backup recovery-kit show`, then confirm it with `leasehold backup recovery-kit test`."
    )
