"""Where backups are on this machine: all below `backups` in the data directory, for its owner's eyes alone."""

from dataclasses import dataclass
from pathlib import Path

from leasehold.backups.names import moment_of


@dataclass(frozen=True)
class Places:
    """The places of one installation."""

    data_dir: Path

    @property
    def root(self) -> Path:
        """The directory of everything below; `make` makes it."""
        return self.data_dir / "backups"

    @property
    def catalog(self) -> Path:
        """One line for each thing that ever happened to a backup."""
        return self.root / "catalog.jsonl"

    @property
    def lock(self) -> Path:
        """Locked by who makes a backup or restores one."""
        return self.root / "lock"

    @property
    def repository(self) -> Path:
        """The bare git repository with every sealed backup that is kept here."""
        return self.root / "repository.git"

    def manifest(self, name: str) -> Path:
        """What is in the backup called `name`, plain, as it is sealed with it. Raises `BackupNameInvalid`."""
        moment_of(name)
        return self.root / "manifests" / f"{name}.json"

    @property
    def known_hosts(self) -> Path:
        """The keys of the machines that an archive may be on."""
        return self.root / "known_hosts"

    @property
    def restoring(self) -> Path:
        """What a restore is doing, or what the last one has done."""
        return self.root / "restoring.json"

    @property
    def runs(self) -> Path:
        """What was started for a person: a file for each, with all that it said."""
        return self.root / "runs"

    def work(self, name: str) -> Path:
        """Where the backup called `name` is being made. Raises `BackupNameInvalid`."""
        moment_of(name)
        return self.root / "work" / name

    def work_directories(self) -> list[Path]:
        """What lies where backups are made, whosesoever it is."""
        return list((self.root / "work").iterdir())

    def make(self) -> None:
        """Make the directories that are missing."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("work", "manifests"):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)
