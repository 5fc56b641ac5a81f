"""How a large file is cut: where its lines say so, so that rows put in or taken out move only the borders beside them.

A piece begins with the line whose checksum is the lowest of all lines within 8 MiB before and behind it. Whether a line
is such a one does not depend on where the file's earlier pieces begin.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

LARGEST = 31 << 20  # bytes; with what is added by sealing, an object stays below 32 MiB
_SMALLEST = 8 << 20
_BLOCK = 64 << 10  # how many bytes of lines are looked at together


class _Block(NamedTuple):
    """Whole lines, and the lowest of their checksums."""

    lowest: int
    begin: int
    end: int


def cut(path: Path) -> Iterator[bytes]:
    """The file's bytes in pieces of at most 31 MiB: one where that is enough, none of an empty file.

    All but the last have at least 8 MiB, and end with a line where lines are not longer than that.
    """
    with path.open("rb") as file:
        rest = b""
        while data := rest + file.read(LARGEST + _SMALLEST - len(rest)):
            border = _border(data) if len(data) > LARGEST else len(data)
            rest = data[border:]
            yield data[:border]


def first_line(piece: bytes) -> str:
    """What the line that a piece begins with is known by."""
    return sha256(piece[: piece.find(b"\n") + 1 or len(piece)]).hexdigest()[:16]


def _border(data: bytes) -> int:
    """Where the next piece begins. Without a line that is the lowest far around, the lowest of all that could be."""
    blocks = list(_blocks(data))
    lowest = [block.lowest for block in blocks]
    around = _SMALLEST // _BLOCK
    possible = [at for at, block in enumerate(blocks) if block.begin >= _SMALLEST and block.end <= LARGEST]
    if not possible:
        return LARGEST
    for at in possible:
        if lowest[at] == min(lowest[max(0, at - around) : at + around + 1]):
            return _lowest_line(data, blocks[at])
    return _lowest_line(data, blocks[min(possible, key=lowest.__getitem__)])


def _blocks(data: bytes) -> Iterator[_Block]:
    begin = 0
    while begin < len(data):
        end = data.rfind(b"\n", begin, begin + _BLOCK) + 1 or data.find(b"\n", begin) + 1 or len(data)
        yield _Block(min(map(crc32, data[begin:end].splitlines())), begin, end)
        begin = end


def _lowest_line(data: bytes, block: _Block) -> int:
    """Where the line begins that has the block's lowest checksum."""
    lines = data[block.begin : block.end].splitlines(keepends=True)
    at = [crc32(line.rstrip(b"\r\n")) for line in lines].index(block.lowest)
    return block.begin + sum(map(len, lines[:at]))
