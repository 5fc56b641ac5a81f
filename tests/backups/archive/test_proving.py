from pathlib import Path

import pytest

from leasehold.backups.archive.fetching import empty_repository, fetch_backup, fetch_manifests, keep, names_in
from leasehold.backups.archive.history import BRANCH, TAGS, files_of
from leasehold.backups.archive.proving import prove_named, prove_tree
from leasehold.backups.errors import ArchiveRefused, BackupUnknown
from leasehold.backups.git import git
from tests.backups.archive.archived import Archive
from tests.backups.archive.made import Local, content, name_of, object_path


def test_what_was_pushed_is_proved(archive: Archive, tmp_path: Path) -> None:
    first, second = (archive.push(1, content("a")), archive.push(2, content("a"), content("b")))
    prove_named(archive.remote, name_of(1), first.archived)
    prove_tree(archive.remote, name_of(2), second.archived_tree, work=tmp_path)


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
