"""Pushing: a backup enters the archive by steps that can each be repeated, and only ever adds to it.

Each step is a commit on the branch `archive`; the last one has exactly the backup's tree, and the backup's name as its
tag. An object that the archive has from an earlier backup is not sent again: the commit that brought it becomes one
more parent, which tells git that it is there, even where it was removed here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from leasehold.backups.archive.failures import ArchiveMoved
from leasehold.backups.archive.history import (
    BRANCH,
    TAGS,
    blobs_in_history,
    contains,
    files_of,
    known_tip,
    note_tip,
    rewritten,
    sizes_of,
    tree_of,
)
from leasehold.backups.archive.remote import Remote
from leasehold.backups.archive.volumes import Volume
from leasehold.backups.errors import ArchiveRefused, ObjectMissing
from leasehold.backups.git import git
from leasehold.backups.names import moment_of
from leasehold.backups.settings import BackupSettings
from leasehold.backups.store.repository import Repository

STEP_BYTES: Final = 400 * 1024**2  # GitHub takes 2 GiB at once; what a broken connection loses is a step
_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class Pushed:
    """What the catalogue remembers of a push: the volume, the commit there, its tree, and how many bytes were new."""

    volume: int
    archived: str
    archived_tree: str
    archived_bytes: int

    @property
    def facts(self) -> dict[str, Any]:
        """The same for `Catalog.add`."""
        return asdict(self)


def push(
    repository: Path,
    remote: Remote,
    volume: Volume,
    *,
    name: str,
    commit: str,
    settings: BackupSettings,
    step_bytes: int = STEP_BYTES,
) -> Pushed:
    """Bring the backup `name`, whose files are those of `commit` in `repository`, into the archive.

    May be called again after any interruption, and goes on where it was. Raises `ArchiveAway`, after which it is to be
    tried again later, and `ArchiveRefused`, after which a person has to do something.
    """
    moment_of(name)
    pushing = _Push(repository, remote, volume, name, commit, settings)
    for _ in range(_ATTEMPTS - 1):
        try:
            return pushing.run(step_bytes)
        except ArchiveMoved:
            continue
    return pushing.run(step_bytes)


@dataclass(frozen=True)
class _Push:
    repository: Path
    remote: Remote
    volume: Volume
    name: str
    commit: str
    settings: BackupSettings

    def run(self, step_bytes: int) -> Pushed:
        _make_directory(self.remote, self.volume)
        refs = self.remote.refs()
        tip = known_tip(self.repository, self.remote, self.volume, refs)
        tag = f"{TAGS}{self.name}"
        archived = refs.get(tag)
        if archived is not None:
            self._check_same(archived, tip)
        else:
            archived = self._add(tip, step_bytes)
            self.remote.push(self.repository, f"{archived}:{tag}")
        return Pushed(self.volume.number, archived, tree_of(self.repository, archived), self._new_bytes())

    def _add(self, tip: str | None, step_bytes: int) -> str:
        if tip is not None and tree_of(self.repository, tip) == tree_of(self.repository, self.commit):
            return tip
        files = files_of(self.repository, self.commit)
        there = blobs_in_history(self.repository, tip)
        steps = list(_steps(self._to_send(files, there), step_bytes))
        carried = {path: blob for path, blob in files.items() if "/" not in path}
        parent = tip
        for number, step in enumerate(steps[:-1], 1):
            carried |= step
            message = f"{self.name}, part {number} of {len(steps)}"
            parent = self._commit(Repository(self.repository).write_tree(carried), [parent] if parent else [], message)
            self.remote.push(self.repository, f"{parent}:{BRANCH}")
        parents = self._parents(parent, tip, {blob: there[blob] for blob in files.values() if blob in there})
        final = self._commit(tree_of(self.repository, self.commit), parents, self.name)
        self.remote.push(self.repository, f"{final}:{BRANCH}")
        note_tip(self.repository, self.volume, final)
        return final

    def _parents(self, parent: str | None, tip: str | None, owners: Mapping[str, str]) -> list[str]:
        """`parent`, and those of `tip` and `owners` that have what the backup shares with the archive."""
        parents: dict[str, None] = {}
        missing = set(owners)
        for commit in (parent, tip, *owners.values()):
            if commit is not None and commit not in parents:
                shared = missing & set(files_of(self.repository, commit).values()) if missing else set()
                if shared or commit == parent:
                    parents[commit] = None
                    missing -= shared
        return list(parents)

    def _to_send(self, files: Mapping[str, str], there: Mapping[str, str]) -> dict[str, tuple[str, int]]:
        """Each path whose blob the archive does not have, with blob and size."""
        blobs = sorted({blob for blob in files.values() if blob not in there})
        sizes = sizes_of(self.repository, blobs)
        if missing := [path for path, blob in files.items() if blob not in there and blob not in sizes]:
            raise ObjectMissing(f"{missing[0]} and {len(missing) - 1} more, neither here nor in the archive")
        return {path: (blob, sizes[blob]) for path, blob in files.items() if blob in sizes}

    def _check_same(self, archived: str, tip: str | None) -> None:
        """That what has the backup's name is the backup, and part of the branch."""
        if tip is None or not contains(self.repository, tip, archived):
            raise rewritten(self.remote, archived)
        if tree_of(self.repository, archived) != tree_of(self.repository, self.commit):
            detail = (
                f"{self.remote.address.text} has another backup of the name {self.name}: does another installation use "
                "the same archive? Give each one its own."
            )
            raise ArchiveRefused("archive_name_taken", detail)

    def _new_bytes(self) -> int:
        """How much larger the archive is than when it was last pushed to."""
        before = blobs_in_history(self.repository, self.volume.last)
        blobs = set(files_of(self.repository, self.commit).values()) - before.keys()
        return sum(sizes_of(self.repository, sorted(blobs)).values())

    def _commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        return Repository(self.repository).commit(
            tree,
            parents,
            message=message,
            name=self.settings.author_name,
            email=self.settings.author_email,
            moment=git(self.repository, "log", "-1", "--format=%cI", self.commit).decode().strip(),
        )


def _steps(files: Mapping[str, tuple[str, int]], limit: int) -> Iterable[dict[str, str]]:
    """`files` in order, in parts of at most `limit` bytes (a larger file is a part of its own); at least one part."""
    part: dict[str, str] = {}
    size = 0
    for path, (blob, bytes_) in files.items():
        if part and size + bytes_ > limit:
            yield part
            part, size = {}, 0
        part[path] = blob
        size += bytes_
    yield part


def _make_directory(remote: Remote, volume: Volume) -> None:
    """Make a local archive that was never pushed to; what is there stays as it is."""
    directory = remote.address.directory
    if directory is None or (directory.exists() and any(directory.iterdir())):
        return
    if volume.last is not None or not directory.parent.is_dir():
        detail = (
            f"There is no archive at {directory}: is its disk mounted? Leasehold makes an archive only where none was, "
            "in a directory that exists."
        )
        raise ArchiveRefused("archive_missing", detail)
    git(directory, "init", "--quiet", "--bare", "--initial-branch=archive", str(directory))
