"""A directory becomes a backup in the repository: only what is new is stored, as a difference where that is small."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG

import msgspec

from leasehold.backups.errors import BackupDamaged, BackupError, ObjectMissing
from leasehold.backups.keys import Keys
from leasehold.backups.manifest import Chunk, Manifest, StoredFile
from leasehold.backups.store.compression import squeeze
from leasehold.backups.store.cutting import cut, first_line
from leasehold.backups.store.envelope import (
    BACKUP,
    MANIFEST,
    RECIPE,
    RECOVERY,
    object_path,
    recovery_text,
    write_envelope,
)
from leasehold.backups.store.journal import Journal
from leasehold.backups.store.known import Relatives, known_from
from leasehold.backups.store.pieces import Pieces
from leasehold.backups.store.recipe import write_recipe
from leasehold.backups.store.repository import Repository, blob_id
from leasehold.backups.store.sealing import seal
from leasehold.kit.signing import KeyRing

_WORTH_IT = 0.6  # a difference larger than this part of the whole is not worth what it needs to be read again

_log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Packed:
    """A backup that lies in the repository, in no commit yet.

    `tree` is git's id of the tree with exactly all its objects, `objects` their number, `new_bytes` the size of those
    that were not there before.
    """

    manifest: Manifest
    tree: str
    new_bytes: int
    objects: int


def pack(
    source: Path,
    manifest: Manifest,
    earlier: Sequence[Manifest],
    repository: Repository,
    *,
    keys: Keys,
    key_ring: KeyRing,
    journal: Path,
    progress: Progress,
) -> Packed:
    """Store every file below `source`; `manifest` says all but files, pieces and recipients.

    `earlier` are the manifests of backups that may be referred to. Called again after it was interrupted, with the same
    arguments, it goes on where it was. `progress` gets what is being done, and the bytes done and in all.
    """
    manifest = msgspec.structs.replace(manifest, recipients=keys.recipients)
    packing = _Packing(manifest, earlier, repository, keys, Journal(journal, keys.recipients))
    paths = _files_below(source)
    total, done = sum(path.stat().st_size for path in paths), 0
    stored: list[StoredFile] = []
    for path in paths:
        progress("sealing", done, total)
        stored.append(packing.store_file(path, path.relative_to(source).as_posix()))
        done += stored[-1].size
    progress("sealing", total, total)
    manifest = msgspec.structs.replace(manifest, files=tuple(stored), chunks=packing.chunks_of(stored))
    entries = {object_path(chunk.object): chunk.blob for chunk in manifest.chunks.values()}
    entries |= packing.store_envelope(manifest, key_ring)
    return Packed(manifest, repository.write_tree(entries), packing.new_bytes, len(entries))


class _Packing:
    def __init__(
        self, manifest: Manifest, earlier: Sequence[Manifest], repository: Repository, keys: Keys, journal: Journal
    ) -> None:
        self._repository = repository
        self._keys = keys
        self._journal = journal
        self._known = known_from(earlier, manifest, repository)
        self._relatives = Relatives(earlier, manifest)
        self._pieces = Pieces(self._known.chunks, lambda chunk: repository.read(chunk.blob), keys.identities)
        self.new_bytes = 0
        self._take_up()

    def store_file(self, path: Path, name: str) -> StoredFile:
        """Store the file's pieces that are not known."""
        whole = sha256()
        size = 0
        pieces: list[str] = []
        for piece in cut(path):
            whole.update(piece)
            pieces.append(self._store_piece(piece, name, size))
            size += len(piece)
        return StoredFile(name, size, whole.hexdigest(), S_IMODE(path.stat().st_mode), tuple(pieces))

    def store_envelope(self, manifest: Manifest, key_ring: KeyRing) -> dict[str, str]:
        """Store what surrounds the objects: path in the tree → blob."""
        recipe = write_recipe(manifest)
        sealed = {MANIFEST: self._store_sealed(manifest.as_json()), RECIPE: self._store_sealed(recipe)}
        envelope = write_envelope(manifest, recipe, {path: chunk.object for path, chunk in sealed.items()}, key_ring)
        return {path: chunk.blob for path, chunk in sealed.items()} | {
            BACKUP: self._repository.put(envelope),
            RECOVERY: self._repository.put(recovery_text()),
        }

    def chunks_of(self, files: Sequence[StoredFile]) -> dict[str, Chunk]:
        """All that the files need, bases first."""
        needed: dict[str, Chunk] = {}
        for file in files:
            for piece in file.chunks:
                needed |= {chunk.sha256: chunk for chunk in reversed(self._known.way_to(piece))}
        return needed

    def _take_up(self) -> None:
        """What an interrupted run has stored counts as new, and need not be stored again."""
        self.new_bytes += sum(chunk.stored for chunk in self._known.take(self._journal.read(), self._repository))

    def _store_piece(self, piece: bytes, name: str, begin: int) -> str:
        key = sha256(piece).hexdigest()
        if key not in self._known.chunks:
            line = first_line(piece)
            relative = self._relatives.nearest(name, line, begin + len(piece) // 2)
            packed, base = self._squeezed(piece, relative)
            self._store(key, len(piece), packed, base=base, line=line)
        return key

    def _squeezed(self, piece: bytes, relative: str | None) -> tuple[bytes, str | None]:
        base = self._known.base_at(relative) if relative else None
        plain = self._plain(base) if base else None
        if base and plain:
            whole = self._known.way_to(base.sha256)[-1]
            difference = squeeze(piece, plain)
            if len(difference) <= _WORTH_IT * whole.stored * len(piece) / whole.size:
                return difference, base.sha256
        return squeeze(piece), None

    def _plain(self, base: Chunk) -> bytes | None:
        """The bytes of a base; None where they are damaged: that must not keep a new backup from being made."""
        try:
            return self._pieces.plain(base.sha256)
        except (BackupDamaged, ObjectMissing) as error:
            _log.warning("an earlier backup cannot be built upon: %s", error)
            return None

    def _store_sealed(self, plain: bytes) -> Chunk:
        key = sha256(plain).hexdigest()
        return self._known.chunks.get(key) or self._store(key, len(plain), plain)

    def _store(self, key: str, size: int, packed: bytes, *, base: str | None = None, line: str = "") -> Chunk:
        sealed = seal(packed, self._keys.recipients)
        chunk = Chunk(key, size, sha256(sealed).hexdigest(), blob_id(sealed), len(sealed), base, line)
        self._journal.add(chunk)
        self._repository.put(sealed)
        self._known.add(chunk)
        self.new_bytes += len(sealed)
        return chunk


def _files_below(source: Path) -> list[Path]:
    """Every file, in the order of paths. Raises `BackupError` for what cannot be stored."""
    found = []
    for path in sorted(source.rglob("*")):
        mode = path.lstat().st_mode
        if not S_ISREG(mode) and not S_ISDIR(mode):
            raise BackupError("file_unsuitable", f"{path} is neither a file nor a directory: take it away.")
        if not _is_text(str(path)):
            raise BackupError("file_unsuitable", f"{path!r} has a name that is not UTF-8: give it another one.")
        if S_ISREG(mode):
            found.append(path)
    return found


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
