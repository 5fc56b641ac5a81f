"""Where the unix sockets of an installation are."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from leasehold.kit.errors import ConfigurationError

# A unix socket's path has at most 107 bytes; the longest name of ours is `.s.PGSQL.5432.lock`.
_LONGEST_DIRECTORY = 107 - len("/.s.PGSQL.5432.lock")

SERVER_SOCKET = "server.sock"
PANEL_SOCKET = "panel.sock"
PANEL_PID_FILE = "panel.pid"


def run_dir(data_dir: Path) -> Path:
    """`data_dir`/run, or, where that would be too long for a socket, a short one named after it."""
    inside = data_dir / "run"
    if len(str(inside).encode()) <= _LONGEST_DIRECTORY:
        return inside
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"leasehold-{name}"


def make_run_dir(data_dir: Path) -> Path:
    """`run_dir(data_dir)`, made where it is missing, and certainly ours.

    Others may pass through, so that a proxy reaches the sockets. Raises `ConfigurationError` where somebody else
    owns it or could put sockets of their own there: a directory of that name may lie ready in /tmp.
    """
    path = run_dir(data_dir)
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ConfigurationError(
            f"{path}, where the sockets belong, is not this user's own directory: remove it, "
            "or choose a data directory with a shorter path."
        )
    if found.st_mode & stat.S_IWOTH:
        raise ConfigurationError(f"Anybody may write to {path}, where the sockets belong: run `chmod 755 {path}`.")
    return path
