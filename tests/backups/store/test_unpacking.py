from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyrage.x25519 import Identity

from leasehold.backups.errors import BackupDamaged, BackupError, KeyMissing, ObjectMissing, WrongVersion
from leasehold.backups.manifest import Chunk, Manifest
from leasehold.backups.store.sealing import seal
from leasehold.backups.store.unpacking import open_manifest, prove, unpack
from leasehold.kit.signing import load_key_ring
from tests.backups.store.store import Store, rows, write


@pytest.fixture
def commit(store: Store, tmp_path: Path) -> str:
    """The second backup of a file that has changed, and of one that has not."""
    source = write(tmp_path / "in", {"a": rows(0, 500), "b": b"b"})
    store.backup(source)
    write(source, {"a": rows(1, 500)})
    return store.backup(source)


@pytest.mark.parametrize("damage", ["flipped", "cut off"])
@pytest.mark.parametrize("path", ["manifest.age", "recipe.age", "backup.json"])
def test_damage_around_the_objects_is_found(store: Store, commit: str, path: str, damage: str) -> None:
    data = store.repository.read(store.repository.entries(commit)[path])
    for place in range(0, len(data), len(data) // 20):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] if damage == "flipped" else data[:place]
        with pytest.raises((BackupDamaged, WrongVersion)):
            store.open(store.with_entry(commit, path, changed))


@pytest.mark.parametrize("damage", ["flipped", "cut off"])
def test_damage_in_any_object_is_found(store: Store, commit: str, tmp_path: Path, damage: str) -> None:
    manifest = store.open(commit)
    assert len(manifest.chunks) == 3, "a, the base of a, and b"
    for number, victim in enumerate(manifest.chunks.values()):

        def read(chunk: Chunk, victim: Chunk = victim) -> bytes:
            data = store.read(chunk)
            if chunk != victim:
                return data
            return data[:-1] + bytes([data[-1] ^ 1]) if damage == "flipped" else data[:-1]

        with pytest.raises(BackupDamaged):
            prove(manifest, read, store.keys.identities)
        with pytest.raises(BackupDamaged):
            unpack(manifest, read, store.keys.identities, tmp_path / f"out{number}")
    prove(manifest, store.read, store.keys.identities)


def test_a_stranger_can_open_nothing(store: Store, commit: str, tmp_path: Path) -> None:
    stranger = [str(Identity.generate())]
    with pytest.raises(KeyMissing, match="recovery kit"):
        open_manifest(store.repository, commit, stranger, store.key_ring)
    with pytest.raises(KeyMissing):
        unpack(store.open(commit), store.read, stranger, tmp_path / "out")


def test_the_recovery_key_alone_opens_all(store: Store, commit: str) -> None:
    recovery = [store.keys.recovery_secret or ""]
    prove(open_manifest(store.repository, commit, recovery, None), store.read, recovery)


def test_what_is_missing_is_named(store: Store, commit: str) -> None:
    manifest = store.open(commit)
    store.repository.remove_blobs(store.repository.entries(commit).values())
    with pytest.raises(ObjectMissing, match="from the archive"):
        prove(manifest, store.read, store.keys.identities)
    with pytest.raises(ObjectMissing):
        store.open(commit)


def test_what_another_installation_has_made_is_refused(store: Store, commit: str, tmp_path: Path) -> None:
    """Everybody knows the recipients, and so anybody could seal for them."""
    with pytest.raises(BackupDamaged, match="has not made it"):
        open_manifest(store.repository, commit, store.keys.identities, load_key_ring(tmp_path / "another"))


def test_a_manifest_that_was_replaced_is_refused(store: Store, commit: str) -> None:
    manifest = msgspec.structs.replace(store.open(commit), reason="forged")
    sealed = seal(manifest.as_json(), store.keys.recipients)
    replaced = store.with_entry(commit, "manifest.age", sealed)
    with pytest.raises(BackupDamaged, match="not what was stored"):
        store.open(replaced)
    envelope = store.repository.read(store.repository.entries(commit)["backup.json"])
    told: dict[str, Any] = msgspec.json.decode(envelope)
    told["sealed"]["manifest.age"] = sha256(sealed).hexdigest()
    with pytest.raises(BackupDamaged, match="another backup's"):
        store.open(store.with_entry(replaced, "backup.json", msgspec.json.encode(told)))


def test_a_newer_format_is_not_called_damaged(store: Store, commit: str) -> None:
    with pytest.raises(WrongVersion, match="newer release"):
        store.open(store.with_entry(commit, "backup.json", b'{"format": 2, "what": "ever"}'))


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../out2/a", "x/../../a", "./a", "a/", "a//b", "", ".", "..", "a\0b", "b/c"],
)
def test_a_forged_path_writes_nothing(store: Store, commit: str, tmp_path: Path, path: str) -> None:
    manifest = store.open(commit)
    first = msgspec.structs.replace(manifest.files[0], path=path)
    forged = msgspec.structs.replace(manifest, files=(first, *manifest.files[1:]))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BackupDamaged, match="path"):
        unpack(forged, store.read, store.keys.identities, tmp_path / "out")
    with pytest.raises(BackupDamaged, match="path"):
        prove(forged, store.read, store.keys.identities)
    assert sorted(tmp_path.rglob("*")) == before


def test_two_files_at_one_path_are_refused(store: Store, commit: str) -> None:
    manifest = store.open(commit)
    forged = msgspec.structs.replace(manifest, files=manifest.files + manifest.files[:1])
    with pytest.raises(BackupDamaged, match="the same path"):
        prove(forged, store.read, store.keys.identities)


def test_pieces_that_need_each_other_are_refused(store: Store, commit: str) -> None:
    manifest = store.open(commit)
    chunks = {key: msgspec.structs.replace(chunk, base=key) for key, chunk in manifest.chunks.items()}
    with pytest.raises(BackupDamaged, match="makes no sense"):
        prove(msgspec.structs.replace(manifest, chunks=chunks), store.read, store.keys.identities)


@pytest.mark.parametrize("change", [{"size": 1}, {"sha256": "0" * 64}, {"chunks": ()}, {"chunks": ("0" * 64,)}])
def test_a_file_with_other_contents_is_refused(store: Store, commit: str, change: dict[str, Any]) -> None:
    manifest = store.open(commit)
    wrong: Manifest = msgspec.structs.replace(
        manifest, files=(msgspec.structs.replace(manifest.files[0], **change), *manifest.files[1:])
    )
    with pytest.raises(BackupDamaged):
        prove(wrong, store.read, store.keys.identities)


def test_only_what_is_wanted_is_read(store: Store, commit: str, tmp_path: Path) -> None:
    read: list[Chunk] = []

    def reading(chunk: Chunk) -> bytes:
        read.append(chunk)
        return store.read(chunk)

    unpack(store.open(commit), reading, store.keys.identities, tmp_path / "out", lambda path: path == "b")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b"]
    assert len(read) == 1


def test_a_target_with_something_in_it_is_left_alone(store: Store, commit: str, tmp_path: Path) -> None:
    target = write(tmp_path / "out", {"mine": b"mine"})
    with pytest.raises(BackupError, match="choose a new directory"):
        store.restore(commit, target)
    assert [path.name for path in target.iterdir()] == ["mine"]
