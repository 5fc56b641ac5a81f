"""The proof by bytes, of backups that are packed and sealed as the engine does it."""

from pathlib import Path

import pytest

from leasehold.backups.archive.history import BRANCH, TAGS, files_of
from leasehold.backups.errors import ArchiveRefused, KeyMissing, NotVerified
from leasehold.backups.git import git
from leasehold.backups.keys import load_keys
from leasehold.backups.store.repository import Repository
from tests.backups.archive.made import name_of
from tests.backups.archive.sealed import Sealed
from tests.backups.store.store import forged, rows


def test_every_byte_of_a_backup_and_of_what_it_differs_from_comes_back(sealed: Sealed) -> None:
    sealed.push(1, {"database/1.dat": rows(0, 2000), "database/2.dat": rows(0, 100)})
    second = sealed.push(2, {"database/1.dat": rows(0, 2010)})
    assert any(chunk.base for chunk in second.chunks.values())
    assert sealed.prove(second) == sum(chunk.stored for chunk in second.chunks.values())


def test_a_key_of_somebody_else_proves_nothing(sealed: Sealed, tmp_path: Path) -> None:
    manifest = sealed.push(1, {"a": rows(0, 10)})
    with pytest.raises(KeyMissing):
        sealed.prove(manifest, identities=load_keys(tmp_path / "somebody").identities)


def test_another_backup_under_the_same_name_is_found(sealed: Sealed) -> None:
    manifest = sealed.push(1, {"a": rows(0, 10)})
    with pytest.raises(NotVerified, match="another backup"):
        sealed.prove(forged(manifest, reason="something else"))


def test_an_object_that_was_left_out_of_the_tree_is_found(sealed: Sealed) -> None:
    manifest = sealed.push(1, {"a": rows(0, 10), "b": rows(10, 10)})
    archive = Repository(sealed.archive.directory)
    entries = files_of(archive.path, BRANCH)
    lost = next(path for path in entries if path.startswith("objects/"))
    tree = archive.write_tree({path: blob for path, blob in entries.items() if path != lost})
    commit = archive.commit(tree, [], message="x", name="x", email="x@y", moment="2026-01-01T00:00:00Z")
    archive.set_ref(f"{TAGS}{name_of(1)}", commit)
    with pytest.raises(NotVerified, match=r"not in .* as it was pushed"):
        sealed.prove(manifest)


@pytest.mark.parametrize("how", ["lost", "flipped", "truncated"])
def test_an_object_that_the_archive_s_disk_has_damaged_is_found(sealed: Sealed, how: str) -> None:
    manifest = sealed.push(1, {"a": rows(0, 2000)})
    file = _as_file(sealed.archive.directory, sealed.blob_of(manifest))
    data = file.read_bytes()
    file.chmod(0o600)
    if how == "lost":
        file.unlink()
    elif how == "flipped":
        file.write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])
    else:
        file.write_bytes(data[:500])
    with pytest.raises(ArchiveRefused, match="does not have everything"):
        sealed.prove(manifest)


def _as_file(repository: Path, blob: str) -> Path:
    """The file of an object of its own, out of whatever pack it is in."""
    for pack in list((repository / "objects" / "pack").glob("*.pack")):
        outside = pack.rename(repository / "unpacking")
        pack.with_suffix(".idx").unlink()
        git(repository, "unpack-objects", "-q", given=outside.read_bytes())
    return repository / "objects" / blob[:2] / blob[2:]
