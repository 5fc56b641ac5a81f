"""The plain bytes of stored pieces, each held against the hashes that its manifest gives."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from leasehold.backups.errors import BackupDamaged
from leasehold.backups.manifest import Chunk
from leasehold.backups.store.compression import expand
from leasehold.backups.store.cutting import LARGEST
from leasehold.backups.store.sealing import unseal

DEEPEST = 5  # how many differences are applied to a whole piece, at most

Read = Callable[[Chunk], bytes]


class Pieces:
    """Pieces by their SHA-256. `read` gives the bytes of a piece's object, wherever it is kept."""

    def __init__(self, chunks: Mapping[str, Chunk], read: Read, identities: Sequence[str]) -> None:
        self._chunks = chunks
        self._read = read
        self._identities = identities

    def plain(self, piece: str) -> bytes:
        """The piece. Raises `BackupDamaged`, `KeyMissing`, and what `read` raises."""
        plain: bytes | None = None
        for chunk in reversed(self._way_to(piece)):
            plain = self._open(chunk, plain)
        if plain is None:
            raise _wrong(piece, "it is in no list")
        return plain

    def _way_to(self, piece: str) -> list[Chunk]:
        """The piece, its base, that one's base, and so on, to the one that stands alone."""
        way: list[Chunk] = []
        wanted: str | None = piece
        while wanted is not None:
            chunk = self._chunks.get(wanted)
            if chunk is None or chunk.sha256 != wanted or chunk.size > LARGEST or len(way) > DEEPEST:
                raise _wrong(wanted, "its description makes no sense")
            way.append(chunk)
            wanted = chunk.base
        return way

    def _open(self, chunk: Chunk, base: bytes | None) -> bytes:
        stored = self._read(chunk)
        if sha256(stored).hexdigest() != chunk.object:
            raise _wrong(chunk.sha256, "its object is not what was stored")
        plain = expand(unseal(stored, self._identities), chunk.size, base)
        if sha256(plain).hexdigest() != chunk.sha256:
            raise _wrong(chunk.sha256, "it holds other bytes than it should")
        return plain


def _wrong(piece: str, why: str) -> BackupDamaged:
    return BackupDamaged(f"its piece {piece[:16]}… is wrong, {why}")
