"""A repository with its keys, into which tests pack directories as the engine does."""

from hashlib import md5
from pathlib import Path

import msgspec

from leasehold.backups.keys import Keys, load_keys
from leasehold.backups.manifest import Chunk, DatabaseFacts, Manifest, TableFacts, Versions
from leasehold.backups.store.packing import Packed, pack
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.unpacking import open_manifest, unpack
from leasehold.kit.signing import KeyRing, load_key_ring

MOMENT = "2026-01-31T03:00:00+00:00"


def manifest_of(index: int, *, cycle: int = 0, tables: dict[str, str] | None = None) -> Manifest:
    """What is known before anything is packed; `tables` maps a table to its file."""
    facts = tuple(TableFacts(name, 1, "0", file) for name, file in (tables or {}).items())
    versions = Versions("1.0", 1, "18.0", "18.0")
    database = DatabaseFacts(versions, "1", 1, 1, (), facts)
    return Manifest(f"server_backup_2026{cycle:02}01_0300{index:02}", MOMENT, "a test", database, (), cycle, index)


class Store:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.repository = Repository(directory / "repository.git")
        self.repository.make()
        self.manifests: list[Manifest] = []

    @property
    def keys(self) -> Keys:
        return load_keys(self.directory / "data")

    @property
    def key_ring(self) -> KeyRing:
        return load_key_ring(self.directory / "data")

    def pack(self, source: Path, manifest: Manifest | None = None) -> Packed:
        """The next backup of the first cycle, or the one that `manifest` says."""
        manifest = manifest or manifest_of(len(self.manifests))
        packed = pack(
            source,
            manifest,
            self.manifests,
            self.repository,
            keys=self.keys,
            key_ring=self.key_ring,
            journal=self.directory / f"{manifest.name}.journal",
            progress=lambda _what, _done, _total: None,
        )
        self.manifests.append(packed.manifest)
        return packed

    def commit(self, tree: str) -> str:
        return self.repository.commit(tree, [], message="a backup", name="A", email="a@b.invalid", moment=MOMENT)

    def backup(self, source: Path, manifest: Manifest | None = None) -> str:
        """The commit of a backup of `source`."""
        return self.commit(self.pack(source, manifest).tree)

    def read(self, chunk: Chunk) -> bytes:
        return self.repository.read(chunk.blob)

    def open(self, commit: str) -> Manifest:
        return open_manifest(self.repository, commit, self.keys.identities, self.key_ring)

    def restore(self, commit: str, target: Path) -> None:
        unpack(self.open(commit), self.read, self.keys.identities, target)

    def with_entry(self, commit: str, path: str, data: bytes) -> str:
        """A commit like the given one, but with other bytes at `path`."""
        entries = self.repository.entries(commit)
        return self.commit(self.repository.write_tree(entries | {path: self.repository.put(data)}))


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def write(directory: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return directory


def forged(manifest: Manifest, **changes: object) -> Manifest:
    return msgspec.structs.replace(manifest, **changes)


def rows(first: int, count: int, *, salt: str = "") -> bytes:
    """Lines like those of a dumped table, which compress as badly."""
    return b"".join(
        f"{n}\t{md5(f'{n}{salt}'.encode()).hexdigest()}\t2026-01-{n % 28 + 1:02} 03:00:00+00\tclient\n".encode()
        for n in range(first, first + count)
    )
