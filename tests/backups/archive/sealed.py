"""Backups that are packed and sealed as the engine does it, and their archive."""

from dataclasses import dataclass
from pathlib import Path

from leasehold.backups.archive.proving import prove_objects
from leasehold.backups.manifest import Manifest
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.unpacking import open_manifest
from tests.backups.archive.archived import Archive
from tests.backups.archive.made import name_of
from tests.backups.store.store import Store, forged, manifest_of, write


@dataclass
class Sealed:
    """An installation's sealed backups, and its archive."""

    store: Store
    archive: Archive
    source: Path

    def push(self, day: int, files: dict[str, bytes]) -> Manifest:
        write(self.source, files)
        packed = self.store.pack(self.source, forged(manifest_of(day - 1), name=name_of(day)))
        self.archive.push_commit(day, self.store.commit(packed.tree))
        return packed.manifest

    def prove(self, manifest: Manifest, *, identities: tuple[str, ...] | None = None) -> int:
        keys = identities or self.store.keys.identities
        return prove_objects(
            self.archive.remote,
            manifest,
            open_manifest=lambda at, commit: open_manifest(Repository(at), commit, keys, self.store.key_ring),
            identities=keys,
        )

    def blob_of(self, manifest: Manifest) -> str:
        """One that the archive holds an object of the backup as."""
        return next(iter(manifest.chunks.values())).blob
