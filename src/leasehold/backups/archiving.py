"""Into the archive: push what is kept here, and prove that it has arrived."""

from pathlib import Path
from typing import Any

from leasehold.backups.archive.proving import prove_named, prove_objects, prove_tree
from leasehold.backups.archive.pushing import push as push_backup
from leasehold.backups.archive.remote import Remote, remote_at
from leasehold.backups.archive.volumes import Volume, begin, volume_to_use, volumes_of
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.errors import ArchiveRefused
from leasehold.backups.keys import load_keys
from leasehold.backups.manifest import read_manifest
from leasehold.backups.places import Places
from leasehold.backups.settings import BackupSettings
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.unpacking import open_manifest
from leasehold.kit.signing import load_key_ring


def push(places: Places, settings: BackupSettings, backup: Backup) -> dict[str, Any]:
    """Push `backup` to the volume that is being filled. Raises `ArchiveRefused`, and `ArchiveAway` for later."""
    catalog = Catalog(places)
    use = volume_to_use(catalog.events(), settings)
    if use is None:
        raise ArchiveRefused(
            "archive_missing", "There is no archive: set one with `leasehold settings set backup_archive`."
        )
    volume = begin(catalog, use.volume)
    remote = remote_at(volume.address, volume.ssh_key, places)
    commit = str(backup.facts["commit"])
    return push_backup(places.repository, remote, volume, name=backup.name, commit=commit, settings=settings).facts


def prove(places: Places, backup: Backup) -> dict[str, Any]:
    """Fetch `backup` from the archive again and compare every byte. Raises `ArchiveRefused` and `NotVerified`."""
    remote = remote_of(places, volume_of(places, backup))
    prove_named(remote, backup.name, str(backup.facts["archived"]))
    identities = load_keys(places.data_dir).identities
    key_ring = load_key_ring(places.data_dir)
    fetched = prove_objects(
        remote,
        read_manifest(places.manifest(backup.name).read_bytes()),
        open_manifest=lambda repository, commit: open_manifest(Repository(repository), commit, identities, key_ring),
        identities=identities,
        work=places.work(backup.name).parent,
    )
    return {"fetched_bytes": fetched}


def still_there(places: Places, backup: Backup) -> None:
    """Prove anew, by some kilobytes, that the archive has `backup`. Raises `ArchiveRefused`."""
    remote = remote_of(places, volume_of(places, backup))
    prove_named(remote, backup.name, str(backup.facts["archived"]))
    prove_tree(remote, backup.name, str(backup.facts["archived_tree"]), work=places.work(backup.name).parent)


def volume_of(places: Places, backup: Backup) -> Volume:
    """The volume that `backup` was pushed to."""
    number = backup.facts.get("volume")
    for volume in volumes_of(Catalog(places).events()):
        if volume.number == number:
            return volume
    raise ArchiveRefused("not_in_archive", f"{backup.name} was never pushed to an archive.")


def remote_of(places: Places, volume: Volume) -> Remote:
    """How a volume is reached from here."""
    return remote_at(volume.address, Path(volume.ssh_key), places)
