"""One `leasehold up` for each data directory: a lock that ends with its process, and what it says about itself."""

import fcntl
import os
import time
from dataclasses import asdict, dataclass
from json import JSONDecodeError, dumps, loads
from pathlib import Path
from typing import IO

from leasehold import __version__
from leasehold.kit.errors import ConfigurationError

_FILE_NAME = "up.lock"
_POLL_SECONDS = 0.05
# A supervisor that was killed this moment, or somebody who only looks, may hold the lock a little longer.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Running:
    """The supervisor that runs on a data directory, where it serves, and of which version it is."""

    pid: int
    server: str
    panel: str
    version: str


class DataDirLock:
    """The lock on a data directory, held by one supervisor until it is released or its process ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def announce(self, server: str, panel: str) -> None:
        """Leave a note for `leasehold status` about who runs, and where."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(dumps(asdict(Running(os.getpid(), server, panel, __version__))))
        self._file.flush()

    def release(self) -> None:
        """Let the next one in."""
        self._file.close()


def lock_data_dir(data_dir: Path) -> DataDirLock:
    """Take the data directory for this process. Raises `ConfigurationError` where another `up` has it."""
    descriptor = os.open(data_dir / _FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    file = os.fdopen(descriptor, "r+", encoding="utf-8")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _locked(file, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            other = _read(file)
            named = f" (process {other.pid})" if other else ""
            file.close()
            raise ConfigurationError(
                f"Leasehold already runs on {data_dir}{named}: stop that one first, "
                "or choose another directory with --data-dir."
            )
        time.sleep(_POLL_SECONDS)
    file.truncate(0)
    return DataDirLock(file)


def what_runs(data_dir: Path) -> Running | None:
    """The supervisor that runs on `data_dir` now, None where none does (or it has not announced itself yet)."""
    try:
        file = (data_dir / _FILE_NAME).open(encoding="utf-8")
    except OSError:
        return None
    with file:
        return None if _locked(file, fcntl.LOCK_SH) else _read(file)


def _locked(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(file: IO[str]) -> Running | None:
    file.seek(0)
    try:
        return Running(**loads(file.read()))
    except (JSONDecodeError, TypeError):
        return None
