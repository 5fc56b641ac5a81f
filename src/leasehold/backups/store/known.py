"""What earlier backups have stored already, and which of it a new piece should be stored as the difference to."""

from collections.abc import Sequence
from itertools import accumulate

from leasehold.backups.manifest import Chunk, Manifest
from leasehold.backups.store.compression import SMALLEST_BASE
from leasehold.backups.store.pieces import DEEPEST
from leasehold.backups.store.repository import Repository


class Known:
    """Pieces that need not be stored again, by their SHA-256: all that they need is there as well."""

    def __init__(self) -> None:
        self.chunks: dict[str, Chunk] = {}

    def add(self, chunk: Chunk) -> None:
        """Take in a piece that is stored; one that stands alone is preferred."""
        known = self.chunks.get(chunk.sha256)
        if known is None or (known.base is not None and chunk.base is None):
            self.chunks[chunk.sha256] = chunk

    def take(self, chunks: Sequence[Chunk], repository: Repository) -> list[Chunk]:
        """Add those that the repository has with all that they need, where bases come first; returns them."""
        here = repository.present({chunk.blob for chunk in chunks})
        taken = []
        for chunk in chunks:
            if chunk.blob in here and (chunk.base is None or chunk.base in self.chunks):
                self.add(chunk)
                taken.append(chunk)
        return taken

    def way_to(self, piece: str) -> list[Chunk]:
        """The piece, its base, that one's base, and so on, to the one that stands alone."""
        way = [self.chunks[piece]]
        while (base := way[-1].base) is not None:
            way.append(self.chunks[base])
        return way

    def base_at(self, piece: str) -> Chunk | None:
        """The piece, or the nearest on its way that still bears a difference; None where there is none."""
        base = self.way_to(piece)[-DEEPEST:][0] if piece in self.chunks else None
        return base if base and base.size >= SMALLEST_BASE else None


def known_from(earlier: Sequence[Manifest], now: Manifest, repository: Repository) -> Known:
    """What `now` may refer to: pieces for the same recipients that the repository has.

    The first backup of a cycle refers only to what stands alone, so that it ends every chain.
    """
    ours = [
        chunk
        for manifest in sorted(earlier, key=lambda manifest: manifest.name)
        if manifest.recipients == now.recipients
        for chunk in manifest.chunks.values()
        if now.index or chunk.base is None
    ]
    known = Known()
    known.take(ours, repository)
    return known


class Relatives:
    """The files of the backup that a new one's differences are taken to; without one, nothing has a relative."""

    def __init__(self, earlier: Sequence[Manifest], now: Manifest) -> None:
        base = _base_of(earlier, now)
        self._table = {table.file: table.name for table in now.database.tables}
        self._file = {table.name: table.file for table in base.database.tables} if base else {}
        self._pieces = {file.path: [base.chunks[piece] for piece in file.chunks] for file in base.files} if base else {}

    def nearest(self, path: str, first_line: str, middle: int) -> str | None:
        """The piece of the same file (of the same table: pg_dump's numbers change) that a new piece is likest.

        It begins with the same line, or else lies nearest to the new one's `middle` (bytes from the file's begin).
        """
        pieces = self._pieces.get(self._file.get(self._table.get(path, ""), path), [])
        begins = accumulate((piece.size for piece in pieces), initial=0)
        placed = [
            (piece.first_line != first_line, abs(begin + piece.size // 2 - middle), piece.sha256)
            for piece, begin in zip(pieces, begins, strict=False)
        ]
        return min(placed)[2] if placed else None


def _base_of(earlier: Sequence[Manifest], now: Manifest) -> Manifest | None:
    """Backup `index & (index - 1)` of the cycle: at most as many differences in a row as the index has ones."""
    if now.index == 0:
        return None
    for manifest in earlier:
        if (manifest.cycle, manifest.index) == (now.cycle, now.index & (now.index - 1)):
            return manifest if manifest.recipients == now.recipients else None
    return None
