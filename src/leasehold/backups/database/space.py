"""Room on the disk, looked at before anything is written."""

import shutil
from pathlib import Path

from leasehold.backups.errors import DiskFull

# Less would be too little for PostgreSQL itself (`embedded.layout.check_free_space`).
_RESERVE = 256 * 2**20


def check_room(directory: Path, size: int, *, what: str) -> None:
    """Raise `DiskFull` where `what`, of about `size` bytes, has no room on the disk of `directory`, which exists."""
    free = shutil.disk_usage(directory).free
    if free < size + _RESERVE:
        raise DiskFull(
            "disk_full",
            f"Not begun: {what} needs {_megabytes(size + _RESERVE)}, and {_megabytes(free)} are free on the disk of "
            f"{directory}. Nothing was changed: free some space, then try again.",
        )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
