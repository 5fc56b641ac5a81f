"""How a large file is cut: where its lines say so, so that rows put in or taken out do not move every later border."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from zlib import crc32

LARGEST = 31 << 20  # bytes; with what is added by sealing, an object stays below 32 MiB
_SMALLEST = 16 << 20
_USUAL_STEP = 3 << 20  # how far behind the smallest size a line is found, on average, that begins a new piece
_CRC_VALUES = 1 << 32


def cut(path: Path) -> Iterator[bytes]:
    """The file's bytes in pieces of at most 31 MiB: one where that is enough, none of an empty file.

    A piece of a larger file has at least 16 MiB, but for the last, and ends with a line where lines are not longer.
    """
    with path.open("rb") as file:
        if path.stat().st_size <= LARGEST:
            piece = file.read()
            if piece:
                yield piece
            return
        rest = b""
        while data := rest + file.read(LARGEST - len(rest)):
            border = _border(data)
            rest = data[border:]
            yield data[:border]


def first_line(piece: bytes) -> str:
    """What the line that a piece begins with is known by."""
    return sha256(piece[: piece.find(b"\n") + 1 or len(piece)]).hexdigest()[:16]


def _border(data: bytes) -> int:
    """Where the next piece begins. A line's chance to begin one grows with its length: the step is counted in bytes."""
    begin = data.find(b"\n", _SMALLEST) + 1 or len(data)
    while begin < len(data):
        end = data.find(b"\n", begin) + 1 or len(data)
        if crc32(data[begin:end]) * _USUAL_STEP < (end - begin) * _CRC_VALUES:
            return begin
        begin = end
    return len(data) if len(data) < LARGEST else data.rfind(b"\n", _SMALLEST) + 1 or len(data)
