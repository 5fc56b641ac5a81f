"""Where a backup is restored from: this machine's repository, else the archive, which the catalogue knows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from leasehold.backups.archive.fetching import fetch_backup as fetch_from_archive
from leasehold.backups.archive.remote import remote_at
from leasehold.backups.archive.volumes import volumes_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import ArchiveRefused, BackupUnknown, ObjectMissing
from leasehold.backups.keys import load_keys
from leasehold.backups.manifest import Chunk, Manifest
from leasehold.backups.names import moment_of
from leasehold.backups.places import Places
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.unpacking import open_manifest, unpack
from leasehold.kit.configuration import Configuration
from leasehold.kit.signing import KeyRing, load_key_ring

_TAG: Final = "refs/tags/{}"


def fetch_backup(
    configuration: Configuration, name: str, target: Path, *, recovery_keys: Sequence[str] = ()
) -> Manifest:
    """Unpack the backup called `name` into `target`, from here, or else from the newest archive that has it.

    With `recovery_keys` it may be another installation's: then nobody here can say who signed it. Raises
    `BackupUnknown`, `KeyMissing`, `BackupDamaged`, `DiskFull`, and `ArchiveRefused` where it is not here and no
    archive can be asked.
    """
    data_dir = configuration.data_dir
    identities = (*recovery_keys, *load_keys(data_dir).identities)
    key_ring = None if recovery_keys else load_key_ring(data_dir)
    places = Places(data_dir)
    try:
        return _unpack(Repository(places.repository), _local_commit(places, name), identities, key_ring, target)
    except (BackupUnknown, ObjectMissing) as not_here:
        commit, repository = _fetch(places, name, target.with_name("fetched.git"), not_here)
        return _unpack(repository, commit, identities, key_ring, target)


def _unpack(
    repository: Repository, commit: str, identities: tuple[str, ...], key_ring: KeyRing | None, target: Path
) -> Manifest:
    manifest = open_manifest(repository, commit, identities, key_ring)

    def read(chunk: Chunk) -> bytes:
        return repository.read(chunk.blob)

    _begin_again(target)
    unpack(manifest, read, identities, target)
    return manifest


def _local_commit(places: Places, name: str) -> str:
    """Raises `BackupUnknown` where the backup is not among the local ones."""
    moment_of(name)
    commit = Repository(places.repository).resolve(_TAG.format(name)) if places.repository.exists() else None
    if commit is None:
        raise BackupUnknown(name)
    return commit


def _fetch(places: Places, name: str, directory: Path, not_here: Exception) -> tuple[str, Repository]:
    """From the newest volume that has it. Raises what kept the last one from answering, else `not_here`."""
    problem: Exception = not_here
    for volume in reversed(volumes_of(Catalog(places).events())):
        try:
            found = fetch_from_archive(remote_at(volume.address, volume.ssh_key, places), name, directory)
        except BackupUnknown:
            continue
        except ArchiveRefused as error:
            problem = error
            continue
        return found.archived, Repository(directory)
    raise problem


def _begin_again(target: Path) -> None:
    """What a first source could give only in part."""
    for path in sorted(target.rglob("*"), reverse=True) if target.exists() else ():
        path.rmdir() if path.is_dir() else path.unlink()
