"""A disk that is soon full: in memory, and gone at the end."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PIECE = b"x" * 2**16


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[None]:
    """A disk of `size` (`32m`) at `directory`, which must not be in use at the end. Skips where none can be mounted."""
    directory.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "small", str(directory)]
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def fill(ballast: Path) -> None:
    """Let `ballast` take all that is left of its disk, to the last byte."""
    with ballast.open("ab", buffering=0) as file:
        piece = _PIECE
        while piece:
            try:
                file.write(piece)
            except OSError:
                piece = piece[: len(piece) // 2]
