"""Directories whose names outlive a power cut."""

import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Make sure that what was made, renamed and removed in it is so for good."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
