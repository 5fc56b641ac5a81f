"""A backup becomes a directory again; nothing is believed that its manifest and its signature do not prove."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

import msgspec

from leasehold.backups.errors import BackupDamaged, BackupError, ObjectMissing
from leasehold.backups.manifest import Manifest, StoredFile, read_manifest
from leasehold.backups.room import check_room, room_needed
from leasehold.backups.store.envelope import BACKUP, MANIFEST, RECIPE, check_sealed, check_signature, read_envelope
from leasehold.backups.store.pieces import Pieces, Read
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.sealing import unseal
from leasehold.kit.signing import KeyRing


def open_manifest(repository: Repository, commit: str, identities: Sequence[str], key_ring: KeyRing | None) -> Manifest:
    """The manifest of the backup in `commit`. Without a key ring nobody can say who has made it.

    Raises `KeyMissing`, `ObjectMissing`, `WrongVersion` (made by a newer release), and `BackupDamaged`.
    """
    entries = repository.entries(commit)
    envelope = read_envelope(_read_entry(repository, entries, BACKUP))
    sealed = {path: _read_entry(repository, entries, path) for path in (MANIFEST, RECIPE)}
    for path, data in sealed.items():
        check_sealed(envelope, path, data)
    plain, recipe = (unseal(data, identities) for data in sealed.values())
    if key_ring is not None:
        check_signature(envelope, plain, recipe, key_ring)
    try:
        manifest = read_manifest(plain)
    except msgspec.MsgspecError as error:
        raise BackupDamaged(f"its manifest cannot be read ({error})") from error
    said = (envelope.name, envelope.created_at, envelope.recipients)
    if (manifest.name, manifest.created_at, manifest.recipients) != said:
        raise BackupDamaged("its manifest is another backup's")
    return manifest


def unpack(
    manifest: Manifest,
    read: Read,
    identities: Sequence[str],
    target: Path,
    wanted: Callable[[str], bool] = lambda _path: True,
) -> None:
    """Make the files whose paths are `wanted` below `target`, a new or empty directory; mode 0600, or 0700.

    Raises `DiskFull`, `KeyMissing`, `BackupDamaged`, and what `read` raises; what was written until then stays.
    """
    _check_paths(manifest.files)
    files = [file for file in manifest.files if wanted(file.path)]
    with room_needed(target):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(target.iterdir()):
            raise BackupError("target_not_empty", f"{target} is not empty: choose a new directory.")
        check_room(target, sum(file.size for file in files))
        pieces = Pieces(manifest.chunks, read, identities)
        for file in files:
            path = target / file.path
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o700 if file.mode & 0o100 else 0o600, exist_ok=False)
            with path.open("wb") as out:
                out.writelines(_contents(file, pieces))


def prove(manifest: Manifest, read: Read, identities: Sequence[str]) -> None:
    """Open every object of the backup and hold it, and every file, against the manifest; nothing is written.

    Raises as `unpack` does.
    """
    _check_paths(manifest.files)
    pieces = Pieces(manifest.chunks, read, identities)
    for file in manifest.files:
        for _ in _contents(file, pieces):
            pass


def _contents(file: StoredFile, pieces: Pieces) -> Iterator[bytes]:
    """The file's pieces. Raises `BackupDamaged`, at the end at the latest."""
    whole = sha256()
    size = 0
    for piece in file.chunks:
        plain = pieces.plain(piece)
        whole.update(plain)
        size += len(plain)
        yield plain
    if (size, whole.hexdigest()) != (file.size, file.sha256):
        raise BackupDamaged(f"the file {file.path} is not what was stored")


def _check_paths(files: Sequence[StoredFile]) -> None:
    """Whoever has forged a manifest writes nowhere but below the target, and nothing twice."""
    paths = {file.path for file in files}
    parents = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    for path in paths:
        parts = path.split("/")
        if "\0" in path or path in parents or any(part in ("", ".", "..") for part in parts):
            raise BackupDamaged(f"it has a file with the path {path!r}")
    if len(paths) < len(files):
        raise BackupDamaged("it has two files with the same path")


def _read_entry(repository: Repository, entries: dict[str, str], path: str) -> bytes:
    if path not in entries:
        raise ObjectMissing(path)
    return repository.read(entries[path])
