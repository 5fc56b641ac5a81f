"""An archive and what the catalogue would remember of it, for tests that push several days."""

from dataclasses import replace
from pathlib import Path

from leasehold.backups.archive.history import BRANCH, tree_of
from leasehold.backups.archive.pushing import Pushed, push
from leasehold.backups.archive.remote import Remote
from leasehold.backups.archive.volumes import Volume
from leasehold.backups.git import git
from leasehold.backups.settings import BackupSettings
from tests.backups.archive.made import Local, name_of


class Archive:
    """Pushes days, and remembers the last commit."""

    def __init__(self, local: Local, remote: Remote, volume: Volume, settings: BackupSettings) -> None:
        self.local, self.remote, self.volume, self.settings = local, remote, volume, settings

    def push(self, day: int, *objects: bytes, step_bytes: int = 10**9) -> Pushed:
        commit = self.local.backup(day, *objects)
        pushed = self.push_commit(day, commit, step_bytes=step_bytes)
        assert pushed.archived_tree == tree_of(self.local.repository, commit)
        return pushed

    def push_commit(self, day: int, commit: str, *, step_bytes: int = 10**9) -> Pushed:
        pushed = push(
            self.local.repository,
            self.remote,
            self.volume,
            name=name_of(day),
            commit=commit,
            settings=self.settings,
            step_bytes=step_bytes,
        )
        self.volume = replace(self.volume, last=pushed.archived)
        return pushed

    @property
    def directory(self) -> Path:
        """The archive's repository, wherever it is."""
        return self.remote.address.directory or Path("/" + self.remote.address.text.split("/", 3)[3])

    def commits(self) -> int:
        return int(git(self.directory, "rev-list", "--count", BRANCH))
