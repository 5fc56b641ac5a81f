"""Drills: a backup is restored, into a scratch PostgreSQL, and compared; from the archive alone, if wanted."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leasehold.backups.archive.fetching import fetch_backup
from leasehold.backups.archiving import remote_of, volume_of
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.database.programs import programs_for
from leasehold.backups.database.verifying import verify
from leasehold.backups.errors import BackupUnknown
from leasehold.backups.keys import load_keys
from leasehold.backups.lock import only_one
from leasehold.backups.manifest import Manifest
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.unpacking import open_manifest, unpack
from leasehold.kit.configuration import Configuration
from leasehold.kit.signing import load_key_ring

_EVERY = timedelta(days=7)


def drill(configuration: Configuration, name: str | None, *, from_archive: bool, say: Callable[[str], None]) -> str:
    """Restore the backup (the newest where `name` is None) and compare every table; returns its name.

    `from_archive` uses nothing of what is kept here but the keys. Raises `BackupError` where it is not whole.
    """
    places = Places(configuration.data_dir)
    with only_one(places, "A trial restore"):
        catalog = Catalog(places)
        backup = catalog.find(name) if name else _newest(catalog, State.PROVED if from_archive else State.LOCAL)
        work = places.work(backup.name)
        shutil.rmtree(work, ignore_errors=True)
        try:
            if from_archive:
                say(f"{backup.name}: fetching it from the archive.")
                remote = remote_of(places, volume_of(places, backup))
                repository = Repository(work / "fetched.git")
                commit = fetch_backup(remote, backup.name, repository.path).archived
            else:
                repository, commit = Repository(places.repository), str(backup.facts["commit"])
            manifest = _open(configuration, backup, repository, commit)
            say(f"{backup.name}: restoring it into a scratch PostgreSQL, and comparing every table.")
            programs = programs_for(int(manifest.database.versions.server.partition(".")[0]))
            verify(work / "content" / "database", manifest.database, work / "scratch", programs)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        catalog.add("drilled" if from_archive else "checked", backup.name)
        return backup.name


def drill_is_due(configuration: Configuration) -> bool:
    """Whether an archive exists and no backup was restored from it for a week."""
    newest = ""
    proved = False
    for event in Catalog(Places(configuration.data_dir)).events():
        proved = proved or event.step == State.PROVED
        if event.step == "drilled":
            newest = event.at
    return proved and (not newest or datetime.now(UTC) - datetime.fromisoformat(newest) > _EVERY)


def _open(configuration: Configuration, backup: Backup, repository: Repository, commit: str) -> Manifest:
    identities = load_keys(configuration.data_dir).identities
    manifest = open_manifest(repository, commit, identities, load_key_ring(configuration.data_dir))
    target = Places(configuration.data_dir).work(backup.name) / "content"
    unpack(manifest, lambda chunk: repository.read(chunk.blob), identities, target)
    return manifest


def _newest(catalog: Catalog, state: State) -> Backup:
    for backup in catalog.backups():
        if backup.state.reaches(state) and backup.failure is None:
            return backup
    raise BackupUnknown("(any)")
