"""What an earlier PostgreSQL left in the cluster's directory: itself, still shutting down, or lock files of a dead one.

PostgreSQL believes a lock file whose process id is alive, also where that id belongs to somebody else by now, as is
usual after a restart of a container. Here a process counts only where it is PostgreSQL on this very directory.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from leasehold.kit.errors import ConfigurationError

_POLL_SECONDS = 0.05


def wait_for_earlier(directory: Path, socket_dir: Path, *, seconds: float, pause: Callable[[float], None]) -> bool:
    """Return once no other PostgreSQL runs on `directory`; whether there had been one that did not end in order.

    Only for who holds the data directory's lock. Raises `ConfigurationError` after `seconds`.
    """
    lock_file = directory / "postmaster.pid"
    if not lock_file.exists():
        return False
    deadline = time.monotonic() + seconds
    while (earlier := _postgres_named_in(lock_file, directory)) is not None:
        if time.monotonic() > deadline:
            raise ConfigurationError(
                f"Another PostgreSQL (process {earlier}) still runs on {directory} after {seconds:.0f} s: "
                f"stop it with `kill -INT {earlier}`, then try again."
            )
        pause(_POLL_SECONDS)
    _make_stale(lock_file)
    (socket_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    return True


def _make_stale(lock_file: Path) -> None:
    """Name this process, whose child PostgreSQL will be, in the lock file: PostgreSQL then takes it for a stale one.

    The file itself must stay: it says which shared memory to look at for processes of the dead one.
    """
    if lock_file.exists():
        rest = lock_file.read_text().split("\n", 1)[1:]
        lock_file.write_text("\n".join([str(os.getpid()), *rest]))


def _postgres_named_in(lock_file: Path, directory: Path) -> int | None:
    try:
        pid = int(lock_file.read_text().split("\n", 1)[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if os.fsencode(directory) in arguments else None
