"""What a backup holds besides the database: configuration, secrets, further files, and which versions ran.

Below the backup's directory: `configuration.json` (environment variables), `versions.json`, `contents.json` (a
`Contents`), and the files themselves below `data` (of the data directory) and `system` (of elsewhere). Of the releases
that `leasehold upgrade` has installed it holds the wheels with their lock file, which make the program anew.
"""

import grp
import os
import platform
import pwd
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import msgspec

import leasehold
from leasehold.backups.errors import BackupError
from leasehold.backups.room import room_needed
from leasehold.backups.walking import walk
from leasehold.embedded.layout import CLUSTER, OTHER_CLUSTERS
from leasehold.kit.configuration import Configuration
from leasehold.kit.releases import Releases

CONFIGURATION: Final = "configuration.json"
VERSIONS: Final = "versions.json"
CONTENTS: Final = "contents.json"

_DATA = Path("data")
_SYSTEM = Path("system")
# Directly in the data directory: what the dump has, what is made anew by itself, and what is of this very moment.
_LEFT_OUT = frozenset({"backups", "logs", CLUSTER, "run", "secrets.lock", "up.lock"})
_DRAFT = ".new"


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file, a link or a directory, as it was.

    `path` is absolute, or relative to the data directory. `stored` is where the content of a file is in the backup,
    `link` what a link points to; a directory has neither.
    """

    path: str
    mode: int
    owner: str
    group: str
    stored: str | None = None
    link: str | None = None


class Contents(msgspec.Struct, frozen=True):
    """Everything that was kept, by path; `data_dir` is where the data directory was."""

    data_dir: str
    files: tuple[Kept, ...]


def collect(configuration: Configuration, paths: Iterable[Path], target: Path) -> None:
    """Put everything besides the database into the directory `target`: the data directory's files, and `paths`.

    What links point to is kept as well; what an interrupted call left is made anew. Raises `BackupError`, which
    names what could not be kept.
    """
    for place in (_DATA, _SYSTEM):
        shutil.rmtree(target / place, ignore_errors=True)
    with room_needed(target), _unreadable_named():
        _write(target / CONTENTS, _keep_files(configuration.data_dir, paths, target))
        _write(target / CONFIGURATION, configuration.as_environment())
        _write(target / VERSIONS, _versions())


def read_contents(backup: Path) -> Contents:
    """What was kept in the backup in the directory `backup`. Raises `OSError` and `msgspec.MsgspecError`."""
    return msgspec.json.decode((backup / CONTENTS).read_bytes(), type=Contents)


@contextmanager
def _unreadable_named() -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise BackupError(
            "file_unreadable",
            f"{error.filename} cannot be read ({error.strerror}): let the user who makes backups read it, or take it "
            "out of the setting backup_paths. Nothing was changed.",
        ) from error


def _keep_files(data_dir: Path, paths: Iterable[Path], target: Path) -> Contents:
    starts = [*data_dir.iterdir(), *(_there(path) for path in paths)]
    kept = []
    for path, found in walk(starts, _leaves_out(data_dir)):
        with suppress(FileNotFoundError):  # gone since it was seen
            kept.append(_keep(path, found, data_dir, target))
    return Contents(str(data_dir), tuple(sorted(kept, key=lambda entry: entry.path)))


def _there(path: Path) -> Path:
    if not path.is_absolute() or not os.path.lexists(path):
        raise BackupError(
            "path_missing",
            f"The setting backup_paths names {path}, and there is no such file or directory: put it there, or take "
            "it out of the setting. Nothing was changed.",
        )
    return path


def _leaves_out(data_dir: Path) -> Callable[[Path], bool]:
    """By where a path really leads: the data directory may be reached from elsewhere."""
    root = data_dir.resolve()
    releases = Releases(root)

    def leave_out(path: Path) -> bool:
        real = path.parent.resolve() / path.name
        if not real.is_relative_to(root) or real == root:
            return False
        top = real.relative_to(root).parts[0]
        return (
            top in _LEFT_OUT
            or top.startswith(OTHER_CLUSTERS)
            or top.endswith(_DRAFT)
            or releases.holds_beside_wheels(real)
        )

    return leave_out


def _keep(path: Path, found: os.stat_result, data_dir: Path, target: Path) -> Kept:
    within = path.is_relative_to(data_dir)
    below = path.relative_to(data_dir if within else path.anchor)
    place = (_DATA if within else _SYSTEM) / below
    if stat.S_ISREG(found.st_mode):
        _copy(path, target / place)
    return Kept(
        path=str(below if within else path),
        mode=stat.S_IMODE(found.st_mode),
        owner=_name(pwd.getpwuid, found.st_uid),
        group=_name(grp.getgrgid, found.st_gid),
        stored=str(place) if stat.S_ISREG(found.st_mode) else None,
        link=str(path.readlink()) if stat.S_ISLNK(found.st_mode) else None,
    )


def _copy(path: Path, target: Path) -> None:
    """For our eyes alone, whoever may read the original."""
    with path.open("rb") as source:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as copy:
            shutil.copyfileobj(source, copy, 2**20)


def _name(look_up: Callable[[int], Sequence[object]], number: int) -> str:
    try:
        return str(look_up(number)[0])
    except KeyError:
        return str(number)


def _versions() -> dict[str, object]:
    return {
        "leasehold": leasehold.__version__,
        "python": platform.python_version(),
        "distributions": dict(sorted((found.name, found.version) for found in distributions())),
    }


def _write(path: Path, content: object) -> None:
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1))
