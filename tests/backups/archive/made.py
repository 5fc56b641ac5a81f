"""Backups as the archive sees them: commits with a few files, made without the engine."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from leasehold.backups.git import git, identity

ORDINARY = {"RECOVERY.md": b"how to restore", "manifest.age": b"sealed"}


def name_of(day: int) -> str:
    """The name of the backup of a day."""
    return f"server_backup_202601{day:02}_030000"


def content(seed: object, size: int = 2000) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return random.Random(repr(seed)).randbytes(size)


def object_path(data: bytes) -> str:
    """Where an object with this content stands in a backup's tree."""
    digest = sha256(data).hexdigest()
    return f"objects/{digest[:2]}/{digest}.age"


@dataclass
class Local:
    """The bare repository of this machine."""

    repository: Path
    blobs: dict[bytes, str] = field(default_factory=dict)

    @classmethod
    def at(cls, directory: Path) -> "Local":
        git(directory, "init", "--quiet", "--bare", str(directory))
        return cls(directory)

    def backup(self, day: int, *objects: bytes) -> str:
        """The commit of a backup that consists of `objects`."""
        files = ORDINARY | {"backup.json": name_of(day).encode()} | {object_path(data): data for data in objects}
        tree = self._tree({path: self._blob(data) for path, data in files.items()})
        who = identity("Engine", "engine@example.org", f"2026-01-{day:02}T03:00:00Z")
        return git(self.repository, "commit-tree", tree, "-m", name_of(day), environment=who).decode().strip()

    def remove(self, data: bytes) -> None:
        """Remove a blob, as pruning does; a later backup may refer to it all the same."""
        blob = self.blobs[data]
        (self.repository / "objects" / blob[:2] / blob[2:]).unlink()

    def _blob(self, data: bytes) -> str:
        if data not in self.blobs:
            written = git(self.repository, "hash-object", "-w", "--stdin", given=data)
            self.blobs[data] = written.decode().strip()
        return self.blobs[data]

    def _tree(self, files: Mapping[str, str]) -> str:
        lines = "".join(f"100644 {blob}\t{path}\n" for path, blob in files.items())
        with TemporaryDirectory() as directory:
            index = {"GIT_INDEX_FILE": f"{directory}/index"}
            git(self.repository, "update-index", "--index-info", given=lines.encode(), environment=index)
            return git(self.repository, "write-tree", "--missing-ok", environment=index).decode().strip()


def objects_in(repository: Path) -> int:
    """How many objects a repository holds."""
    listed = git(repository, "cat-file", "--batch-check", "--batch-all-objects", "--unordered")
    return len(listed.splitlines())


def objects_stored(repository: Path) -> int:
    """How many times an object is stored, which is more where one is stored twice."""
    counted = dict(line.split(": ") for line in git(repository, "count-objects", "-v").decode().splitlines())
    return int(counted["count"]) + int(counted["in-pack"])
