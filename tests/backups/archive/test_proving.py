from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from leasehold.backups.archive.fetching import empty_repository, fetch_backup, fetch_manifests, keep, names_in
from leasehold.backups.archive.history import BRANCH, TAGS, files_of
from leasehold.backups.archive.proving import prove_named, prove_objects, prove_tree
from leasehold.backups.errors import ArchiveRefused, BackupUnknown, KeyMissing, NotVerified
from leasehold.backups.git import git
from leasehold.backups.manifest import Chunk, DatabaseFacts, Manifest, Versions
from tests.backups.archive.archived import Archive
from tests.backups.archive.made import Local, content, name_of, object_path

_DATABASE = DatabaseFacts(Versions("1", 1, "18", "18"), "1", 1, 1, (), ())


def manifest_of(archive: Archive, day: int, *objects: bytes) -> Manifest:
    chunks = {}
    for data in objects:
        digest = sha256(data).hexdigest()
        chunks[digest] = Chunk(digest, len(data), digest, archive.local.blobs[data], len(data))
    return Manifest(name_of(day), "2026-01-01", "daily", _DATABASE, (), chunks=chunks)


def opens(manifest: Manifest) -> Callable[[Path, str], Manifest]:
    return lambda _repository, _commit: manifest


def accepted(data: bytes) -> bytes:
    return data


def test_what_was_pushed_is_proved(archive: Archive, tmp_path: Path) -> None:
    first, second = (archive.push(1, content("a")), archive.push(2, content("a"), content("b")))
    prove_named(archive.remote, name_of(1), first.archived)
    prove_tree(archive.remote, name_of(2), second.archived_tree, work=tmp_path)
    manifest = manifest_of(archive, 2, content("a"), content("b"))
    assert prove_objects(archive.remote, manifest, open_manifest=opens(manifest), unseal=accepted) == 4000


def test_the_proof_by_tree_brings_no_contents(archive: Archive, tmp_path: Path) -> None:
    archive.push(1, content("a"))
    repository = empty_repository(tmp_path / "proof.git")
    archive.remote.fetch(repository, f"{TAGS}{name_of(1)}:{TAGS}x", leave_out="blob:none")
    listed = git(repository, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").decode().split()
    assert "tree" in listed
    assert "blob" not in listed


@pytest.mark.parametrize("remote", ["ssh"], indirect=True)
def test_an_archive_that_cannot_leave_out_contents_is_proved_all_the_same(archive: Archive, tmp_path: Path) -> None:
    pushed = archive.push(1, content("a"))
    git(archive.directory, "config", "uploadpack.allowFilter", "false")
    prove_tree(archive.remote, name_of(1), pushed.archived_tree)
    assert [found.name for found in fetch_manifests(archive.remote, tmp_path / "m.git")] == [name_of(1)]


def test_a_backup_that_was_replaced_or_removed_is_found(archive: Archive) -> None:
    first, second = archive.push(1, content("a")), archive.push(2, content("b"))
    git(archive.directory, "update-ref", f"{TAGS}{name_of(2)}", first.archived)
    with pytest.raises(ArchiveRefused, match="removed or replaced"):
        prove_named(archive.remote, name_of(2), second.archived)
    with pytest.raises(ArchiveRefused, match="removed or replaced"):
        prove_tree(archive.remote, name_of(2), second.archived_tree)
    git(archive.directory, "update-ref", "-d", BRANCH)
    with pytest.raises(ArchiveRefused, match="removed or replaced"):
        prove_named(archive.remote, name_of(1), first.archived)


@pytest.mark.parametrize("wrong", ["missing", "other", "manifest"])
def test_an_object_that_is_not_as_it_was_pushed_is_found(archive: Archive, wrong: str) -> None:
    archive.push(1, content("a"))
    archive.local.backup(2, content("b"))
    manifest = manifest_of(archive, 1, content("a"))
    found = manifest
    if wrong == "missing":
        manifest = found = manifest_of(archive, 1, content("a"), content("b"))
    elif wrong == "other":
        (digest,) = manifest.chunks
        manifest.chunks[digest] = Chunk(digest, 2000, "0" * 64, archive.local.blobs[content("a")], 2000)
    else:
        found = manifest_of(archive, 1)
    with pytest.raises(NotVerified):
        prove_objects(archive.remote, manifest, open_manifest=opens(found), unseal=accepted)


def test_an_object_that_our_keys_do_not_open_is_no_proof(archive: Archive) -> None:
    def no_key(_data: bytes) -> bytes:
        raise KeyMissing("key_missing", "No key opens it.")

    archive.push(1, content("a"))
    manifest = manifest_of(archive, 1, content("a"))
    with pytest.raises(KeyMissing):
        prove_objects(archive.remote, manifest, open_manifest=opens(manifest), unseal=no_key)


def test_an_object_that_the_archive_has_lost_is_found(archive: Archive) -> None:
    archive.push(1, content("a", 300_000), content("b"))
    git(archive.directory, "repack", "-q", "-a", "-d")
    pack = next((archive.directory / "objects" / "pack").glob("*.pack"))
    unpacked = archive.directory.parent / "moved.pack"
    pack.rename(unpacked)
    pack.with_suffix(".idx").unlink()
    git(archive.directory, "unpack-objects", "-q", given=unpacked.read_bytes())
    blob = files_of(archive.directory, BRANCH)[object_path(content("a", 300_000))]
    (archive.directory / "objects" / blob[:2] / blob[2:]).unlink()
    manifest = manifest_of(archive, 1, content("a", 300_000), content("b"))
    with pytest.raises(ArchiveRefused, match="does not have everything"):
        prove_objects(archive.remote, manifest, open_manifest=opens(manifest), unseal=accepted)


def test_one_backup_comes_back_alone_and_may_be_kept(archive: Archive, tmp_path: Path) -> None:
    archive.push(1, content("a"))
    pushed = archive.push(2, content("a"), content("b"))
    archive.push(3, content("c"))
    assert names_in(archive.remote) == [name_of(3), name_of(2), name_of(1)]
    found = fetch_backup(archive.remote, name_of(2), tmp_path / "one.git")
    assert (found.archived, found.archived_tree) == (pushed.archived, pushed.archived_tree)
    blobs = files_of(tmp_path / "one.git", found.archived_tree)
    assert git(tmp_path / "one.git", "cat-file", "blob", blobs[object_path(content("a"))]) == content("a")
    archive.local.remove(content("a"))
    keep(tmp_path / "one.git", found.archived_tree, archive.local.repository)
    assert git(archive.local.repository, "cat-file", "blob", archive.local.blobs[content("a")]) == content("a")
    archive.push(4, content("a"), content("d"))
    with pytest.raises(BackupUnknown):
        fetch_backup(archive.remote, name_of(9), tmp_path / "none.git")


def test_every_manifest_comes_without_the_large_objects(archive: Archive, tmp_path: Path) -> None:
    archive.push(1, content("large", 2_000_000))
    archive.push(2, content("b"))
    git(archive.directory, "update-ref", f"{TAGS}v1.0", BRANCH)
    found = list(fetch_manifests(archive.remote, tmp_path / "manifests.git"))
    assert [one.name for one in found] == [name_of(1), name_of(2)]
    for one in found:
        assert git(tmp_path / "manifests.git", "cat-file", "blob", f"{one.archived}:manifest.age") == b"sealed"
    size = sum(file.stat().st_size for file in (tmp_path / "manifests.git").rglob("*") if file.is_file())
    assert size < 1_000_000


def test_an_empty_archive_has_no_manifests(archive: Archive, tmp_path: Path) -> None:
    if archive.remote.address.directory:
        Local.at(archive.remote.address.directory)
    assert list(fetch_manifests(archive.remote, tmp_path / "manifests.git")) == []
