"""Where the unix sockets of an installation are."""

import hashlib
import tempfile
from pathlib import Path

# A unix socket's path has at most 107 bytes; the longest name of ours is `.s.PGSQL.5432.lock`.
_LONGEST_DIRECTORY = 107 - len("/.s.PGSQL.5432.lock")


def run_dir(data_dir: Path) -> Path:
    """`data_dir`/run, or, where that would be too long for a socket, a short one named after it."""
    inside = data_dir / "run"
    if len(str(inside).encode()) <= _LONGEST_DIRECTORY:
        return inside
    name = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"leasehold-{name}"
