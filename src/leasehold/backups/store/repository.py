"""The git repository of sealed objects: written by git's plumbing alone, and usable while old objects are gone."""

import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path, PurePosixPath

from leasehold.backups.errors import BackupDamaged, BackupError, ObjectMissing
from leasehold.backups.git import GitFailed, git, identity
from leasehold.backups.room import no_room, room_needed
from leasehold.kit.directories import sync_directory

_KEPT = {
    "gc.auto": "0",
    "transfer.unpackLimit": "1000000",  # fetched objects are files of their own, so that each can be removed
}
_NO_ROOM = ("No space left on device", "File too large", "Disk quota exceeded")


class Repository:
    """A bare repository. What it says it has written is on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Make it where there is none, or where it was made only in part."""
        with room_needed(self.path.parent):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._writing():
            for name, value in _KEPT.items():
                git(self.path, "config", "--file", str(self.path / "config"), name, value)
            git(self.path, "init", "--bare", "--quiet", "--template=", "--initial-branch=archive")

    def put(self, data: bytes) -> str:
        """Store an object, once; returns its blob's id."""
        with self._writing():
            blob = git(self.path, "hash-object", "-w", "--stdin", given=data).decode().strip()
        if (path := self._loose(blob)).exists():
            sync_directory(path.parent)
        return blob

    def read(self, blob: str) -> bytes:
        """An object's bytes. Raises `ObjectMissing` where it is not here, `BackupDamaged` where it is damaged."""
        try:
            return git(self.path, "cat-file", "blob", blob)
        except GitFailed as error:
            if self._loose(blob).exists():
                raise BackupDamaged(f"the object {blob} in {self.path} cannot be read") from error
            raise ObjectMissing(f"the object {blob}") from error

    def has(self, blob: str) -> bool:
        """Whether the object is here."""
        return blob in self.present([blob])

    def present(self, blobs: Iterable[str]) -> set[str]:
        """Those of the objects that are here."""
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        answers = git(self.path, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", given=asked)
        pairs = (line.split() for line in answers.decode().splitlines())
        return {blob for blob, kind in pairs if kind == "blob"}

    def write_tree(self, entries: Mapping[str, str]) -> str:
        """Store the tree of `entries` (path → blob's id), whose objects need not be here; returns its id."""
        root = PurePosixPath()
        lines: dict[PurePosixPath, list[str]] = {root: []}
        for name, blob in entries.items():
            path = PurePosixPath(name)
            lines.setdefault(path.parent, []).append(f"100644 blob {blob}\t{path.name}")
            for directory in path.parents:
                lines.setdefault(directory, [])
        for depth in range(max(len(directory.parts) for directory in lines), 0, -1):
            level = [directory for directory in lines if len(directory.parts) == depth]
            for directory, tree in zip(level, self._make_trees([lines[at] for at in level]), strict=True):
                lines[directory.parent].append(f"040000 tree {tree}\t{directory.name}")
        return self._make_trees([lines[root]])[0]

    def entries(self, commit: str) -> dict[str, str]:
        """The commit's tree: path → blob's id. Raises `ObjectMissing`."""
        try:
            listed = git(self.path, "ls-tree", "-r", "-z", "--full-tree", commit).decode()
        except GitFailed as error:
            raise ObjectMissing(f"the commit {commit}") from error
        found = (line.partition("\t") for line in listed.split("\0") if line)
        return {path: facts.split()[2] for facts, _, path in found}

    def commit(self, tree: str, parents: Sequence[str], *, message: str, name: str, email: str, moment: str) -> str:
        """Store a commit by `name` <`email`> at `moment` (ISO 8601); the same arguments make the same commit."""
        arguments = [part for parent in parents for part in ("-p", parent)]
        with self._writing():
            made = git(
                self.path,
                *("commit-tree", tree, *arguments, "-F", "-"),
                given=message.encode(),
                environment=identity(name, email, moment),
            )
        return made.decode().strip()

    def set_ref(self, ref: str, commit: str) -> None:
        """Let `ref` (`refs/…`) name the commit."""
        with self._writing():
            git(self.path, "update-ref", ref, commit)

    def resolve(self, ref: str) -> str | None:
        """The commit that `ref` names, None where it names none."""
        try:
            found = git(self.path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        except GitFailed:
            return None
        return found.decode().strip()

    def remove_blobs(self, blobs: Iterable[str]) -> int:
        """Remove those of the objects that are here, for good; trees go on naming them. Returns the bytes set free."""
        freed = 0
        for path in map(self._loose, blobs):
            if path.exists():
                freed += path.stat().st_size
                path.unlink()
        return freed

    def _make_trees(self, trees: Sequence[Sequence[str]]) -> list[str]:
        given = "\0".join("".join(f"{line}\0" for line in lines) for lines in trees) + "\0"
        with self._writing():
            return git(self.path, "mktree", "--missing", "--batch", "-z", given=given.encode()).decode().split()

    def _loose(self, blob: str) -> Path:
        return self.path / "objects" / blob[:2] / blob[2:]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except GitFailed as error:
            if error.status == -signal.SIGXFSZ or any(said in error.said for said in _NO_ROOM):
                raise no_room(self.path, "the disk is full, or files are limited") from error
            raise BackupError(
                "repository_failed", f"The repository {self.path} could not be written: {error}."
            ) from error


def blob_id(data: bytes) -> str:
    """What git calls an object with these bytes."""
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
