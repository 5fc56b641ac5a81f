import shutil
from pathlib import Path

import pytest

from leasehold.backups.errors import BackupError
from leasehold.backups.keys import replace_recovery_key
from leasehold.backups.manifest import Chunk, Manifest
from leasehold.backups.store.packing import Packed
from leasehold.backups.store.pieces import DEEPEST
from tests.backups.store.store import Store, contents, manifest_of, rows, write

ENVELOPE = {"RECOVERY.md", "backup.json", "manifest.age", "recipe.age"}


def chunk_of(packed: Packed, path: str) -> Chunk:
    """The only piece of a file."""
    (piece,) = next(file.chunks for file in packed.manifest.files if file.path == path)
    return packed.manifest.chunks[piece]


def differences(manifest: Manifest, piece: str) -> int:
    base = manifest.chunks[piece].base
    return 0 if base is None else 1 + differences(manifest, base)


def test_what_was_packed_comes_back(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"database/1.dat": rows(0, 100), "files/é ä'b": b"x", "files/empty": b""})
    (source / "files/é ä'b").chmod(0o755)
    store.restore(store.backup(source), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(source)
    assert (tmp_path / "out/files/é ä'b").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out/files/empty").stat().st_mode & 0o777 == 0o600


def test_a_large_file_comes_back_from_its_pieces(store: Store, tmp_path: Path, small_pieces: None) -> None:
    source = write(tmp_path / "in", {"1.dat": rows(0, 5000)})
    first = store.pack(source)
    assert len(first.manifest.files[0].chunks) > 5
    write(source, {"1.dat": rows(7, 5000)})
    second = store.pack(source)
    assert second.new_bytes < first.new_bytes / 5
    store.restore(store.commit(second.tree), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(source)


def test_a_tree_has_exactly_what_the_backup_needs(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500), "b": rows(0, 500, salt="b")})
    store.pack(source)
    write(source, {"a": rows(1, 500)})
    (source / "b").unlink()
    packed = store.pack(source)
    entries = store.repository.entries(store.commit(packed.tree))
    assert len(packed.manifest.chunks) == 2, "a and the base of a"
    assert set(entries) - ENVELOPE == {
        f"objects/{chunk.object[:2]}/{chunk.object}.age" for chunk in packed.manifest.chunks.values()
    }
    assert packed.objects == len(entries)
    assert store.repository.present(entries.values()) == set(entries.values())


def test_what_did_not_change_is_not_stored_again(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500), "b": rows(1, 500)})
    first = store.pack(source)
    second = store.pack(source, manifest_of(0, cycle=1))
    assert second.manifest.chunks == first.manifest.chunks
    assert second.new_bytes < 5000, "manifest and recipe alone"


def test_the_first_of_a_cycle_stands_alone(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500)})
    store.pack(source)
    write(source, {"a": rows(1, 500)})
    assert chunk_of(store.pack(source), "a").base is not None
    packed = store.pack(source, manifest_of(0, cycle=1))
    assert chunk_of(packed, "a").base is None
    again = store.pack(source, manifest_of(1, cycle=1))
    assert chunk_of(again, "a") == chunk_of(packed, "a"), "what stands alone is preferred from now on"


def test_a_difference_that_is_hardly_smaller_is_not_kept(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500)})
    store.pack(source)
    write(source, {"a": rows(0, 100) + rows(0, 400, salt="new")})
    assert chunk_of(store.pack(source), "a").base is None


def test_a_table_is_known_by_its_name(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"7.dat": rows(0, 500), "8.dat": rows(0, 500, salt="8")})
    first = store.pack(source, manifest_of(0, tables={"licenses": "7.dat", "devices": "8.dat"}))
    write(source, {"8.dat": rows(1, 500)})
    (source / "7.dat").unlink()
    second = store.pack(source, manifest_of(1, tables={"licenses": "8.dat"}))
    assert chunk_of(second, "8.dat").base == chunk_of(first, "7.dat").sha256


def test_an_object_that_is_gone_is_stored_again(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500)})
    first = store.pack(source)
    store.repository.remove_blobs([chunk_of(first, "a").blob])
    commit = store.backup(source)
    store.restore(commit, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(source)


def test_a_difference_whose_base_is_gone_is_not_referred_to(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500)})
    first = store.pack(source)
    write(source, {"a": rows(1, 500)})
    store.pack(source)
    store.repository.remove_blobs([chunk_of(first, "a").blob])
    third = store.pack(source)
    assert chunk_of(third, "a").base is None
    assert list(third.manifest.chunks) == [chunk_of(third, "a").sha256]


def test_a_damaged_base_keeps_no_new_backup_from_being_made(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500)})
    blob = chunk_of(store.pack(source), "a").blob
    path = store.repository.path / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-9])
    write(source, {"a": rows(1, 500)})
    packed = store.pack(source)
    assert chunk_of(packed, "a").base is None
    store.restore(store.commit(packed.tree), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(source)


def test_a_new_recovery_key_opens_all_that_is_made_from_then_on(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": rows(0, 500)})
    first = store.pack(source)
    replace_recovery_key(store.directory / "data")
    second = store.pack(source)
    assert second.manifest.recipients == store.keys.recipients != first.manifest.recipients
    assert not {chunk.object for chunk in second.manifest.chunks.values()} & {
        chunk.object for chunk in first.manifest.chunks.values()
    }


def test_few_differences_are_applied_to_anything(store: Store, tmp_path: Path) -> None:
    """A file that stays as it is from the 15th backup to the 16th would otherwise carry a long chain on."""
    source = tmp_path / "in"
    deepest = 0
    for number in range(40):
        write(source, {"a": rows(number, 300), "b": rows(number - (number == 16), 300, salt="b")})
        manifest = store.pack(source).manifest
        deepest = max(deepest, *(differences(manifest, piece) for piece in manifest.chunks))
    assert deepest == DEEPEST
    store.restore(store.commit(store.pack(source).tree), tmp_path / "out")
    assert contents(tmp_path / "out") == contents(source)


def test_what_cannot_be_stored_is_named(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": b"a"})
    (source / "link").symlink_to("a")
    with pytest.raises(BackupError, match="link is neither a file nor a directory"):
        store.pack(source)
    (source / "link").unlink()
    (source / "caf\udce9").touch()
    with pytest.raises(BackupError, match="not UTF-8"):
        store.pack(source)
    shutil.rmtree(source)
