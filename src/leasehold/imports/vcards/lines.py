"""The lines of a vCard file: what was folded into several is one again, and none is longer in memory than it may be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TextIO

LONGEST_LINE: Final = 16 * 1024
_PIECE: Final = 64 * 1024
_QUOTED_PRINTABLE = re.compile(r"[^:]*;\s*(?:encoding=)?quoted-printable\b", re.IGNORECASE)
_BINARY = re.compile(r"[^:]*;\s*(?:encoding=)?(?:b|base64)\b", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was before it was folded, and the number of its first in the file; `is_cut`: it was longer."""

    number: int
    text: str
    is_cut: bool


def unfolded_lines(file: TextIO) -> Iterator[Line]:
    """Every line that is not empty. Raises `UnicodeError` where the file is of another encoding."""
    line: _Growing | None = None
    for number, text, is_cut in _lines(file):
        if line is not None and line.goes_on_with(text, is_cut=is_cut):
            continue
        if line is not None:
            yield line.whole()
        line = _Growing(number, text, is_cut=is_cut) if text.strip() else None
    if line is not None:
        yield line.whole()


class _Growing:
    """A line that may go on in the next one; of what is too long the beginning is kept."""

    def __init__(self, number: int, text: str, *, is_cut: bool) -> None:
        self._number = number
        self._is_quoted = _QUOTED_PRINTABLE.match(text) is not None
        self._is_binary = _BINARY.match(text) is not None
        self._pieces: list[str] = []
        self._room = LONGEST_LINE
        self._is_cut = False
        self._add(text, is_cut=is_cut)

    def goes_on_with(self, following: str, *, is_cut: bool) -> bool:
        """Whether `following` is more of this line; if so it is taken."""
        if self._is_quoted and self._breaks_softly:
            self._add(following, is_cut=is_cut)
        elif following.strip() and following[0] in " \t":
            self._add(following[1:], is_cut=is_cut)
        elif self._is_binary and _BASE64.fullmatch(following):  # old telephones do not indent pictures
            self._add(following, is_cut=is_cut)
        else:
            return False
        return True

    def whole(self) -> Line:
        """What it has become."""
        text = "".join(self._pieces).replace("\0", "\N{REPLACEMENT CHARACTER}")
        return Line(self._number, text, self._is_cut)

    def _add(self, piece: str, *, is_cut: bool) -> None:
        self._breaks_softly = piece.endswith("=")
        if self._is_quoted and self._breaks_softly:
            piece = piece[:-1]
        self._is_cut = self._is_cut or is_cut or len(piece) > self._room
        if self._room:
            self._pieces.append(piece[: self._room])
            self._room -= len(self._pieces[-1])


def _lines(file: TextIO) -> Iterator[tuple[int, str, bool]]:
    """The lines as they stand there, the beginning of those that are too long to be anything."""
    number = 0
    while piece := file.readline(_PIECE):
        number += 1
        beginning, is_cut = piece, False
        while not piece.endswith("\n") and (piece := file.readline(_PIECE)):
            is_cut = True
        yield number, beginning.rstrip("\n"), is_cut
