"""What a backup has stored so far: who is killed between two objects goes on behind the last one."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from leasehold.backups.manifest import Chunk
from leasehold.backups.room import room_needed


class Journal:
    """A file of one line for each object, written before the object is: one that is in no repository never was."""

    def __init__(self, path: Path, recipients: Sequence[str]) -> None:
        self._path = path
        self._begin = msgspec.json.encode(recipients) + b"\n"

    def read(self) -> list[Chunk]:
        """What was written down, for the same recipients; a line that a crash cut off is removed."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            data = b""
        whole = data[: data.rfind(b"\n") + 1]
        if not whole.startswith(self._begin):
            whole = self._begin
        self._write(whole, os.O_TRUNC)
        return [msgspec.json.decode(line, type=Chunk) for line in whole.splitlines()[1:]]

    def add(self, chunk: Chunk) -> None:
        """Write down that the piece is about to be stored."""
        self._write(msgspec.json.encode(chunk) + b"\n", os.O_APPEND)

    def _write(self, data: bytes, how: int) -> None:
        with room_needed(self._path.parent):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
            try:
                with os.fdopen(descriptor, "wb", closefd=False) as file:
                    file.write(data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
