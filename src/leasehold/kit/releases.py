"""Where the releases are that `leasehold upgrade` has installed, and the link that says which one is to run."""

from dataclasses import dataclass
from pathlib import Path

from leasehold.kit.directories import sync_directory


@dataclass(frozen=True)
class Releases:
    """The releases of the installation in `data_dir`.

    A release is a directory named by its version: its `wheels` with their lock file, and its virtual `environment`.
    `current` is a link to the environment to start Leasehold from; the first upgrade makes it.
    """

    data_dir: Path

    @property
    def root(self) -> Path:
        """The directory of everything below."""
        return self.data_dir / "releases"

    @property
    def current(self) -> Path:
        """The link to the environment that is to run."""
        return self.root / "current"

    @property
    def upgrading(self) -> Path:
        """How far an upgrade is; there is no such file where none is under way."""
        return self.root / "upgrading.json"

    @property
    def lock(self) -> Path:
        """Locked by who upgrades."""
        return self.root / "lock"

    def release(self, version: str) -> Path:
        """The directory of one release."""
        return self.root / version

    def wheels(self, version: str) -> Path:
        """What it was installed from, enough to install it again without a network."""
        return self.release(version) / "wheels"

    def environment(self, version: str) -> Path:
        """Its virtual environment."""
        return self.release(version) / "environment"

    def environments(self) -> list[Path]:
        """The virtual environments of all releases that are there."""
        return sorted(self.root.glob("*/environment"))

    def holds_beside_wheels(self, path: Path) -> bool:
        """Whether `path` is something of the releases that can be made anew from their wheels, or is of this moment."""
        if not path.is_relative_to(self.root) or path == self.root:
            return False
        version, *below = path.relative_to(self.root).parts
        return below[0] != "wheels" if below else not self.wheels(version).is_dir()

    def current_environment(self) -> Path | None:
        """Where the link leads; None where there is no link, or nothing to run at its end."""
        return self.current.resolve() if python_of(self.current).exists() else None

    def point_to(self, environment: Path) -> None:
        """Let the link lead to `environment`: at once, whole, and for good."""
        draft = self.root / "current.new"
        draft.unlink(missing_ok=True)
        draft.symlink_to(environment.relative_to(self.root) if environment.is_relative_to(self.root) else environment)
        draft.replace(self.current)
        sync_directory(self.root)


def python_of(environment: Path) -> Path:
    """The Python of a virtual environment."""
    return environment / "bin" / "python"
