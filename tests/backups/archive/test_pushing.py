from dataclasses import replace
from pathlib import Path

import pytest

from leasehold.backups.archive.history import BRANCH, TAGS
from leasehold.backups.errors import ArchiveRefused, ObjectMissing
from leasehold.backups.git import git
from leasehold.backups.settings import BackupSettings
from tests.backups.archive.archived import Archive
from tests.backups.archive.made import Local, content, name_of, objects_in


def test_a_backup_arrives_whole_under_its_name_by_the_author_of_the_settings(archive: Archive) -> None:
    pushed = archive.push(1, content("a"), content("b"))
    assert archive.remote.refs() == {BRANCH: pushed.archived, f"{TAGS}{name_of(1)}": pushed.archived}
    git(archive.directory, "fsck", "--strict", "--connectivity-only")
    shown = git(archive.directory, "log", "-1", "--format=%an <%ae> %ct %s", BRANCH).decode().strip()
    assert shown == f"Backup System <backup@leasehold.invalid> 1767236400 {name_of(1)}"
    assert pushed.archived_bytes > 4000


def test_the_archive_only_grows_by_what_is_new(archive: Archive) -> None:
    archive.push(1, content("a", 50_000), content("b"))
    before = objects_in(archive.directory)
    pushed = archive.push(2, content("a", 50_000), content("c"))
    assert pushed.archived_bytes < 3000
    # a commit, trees down to the object, the object, backup.json
    assert objects_in(archive.directory) - before <= 6
    git(archive.directory, "merge-base", "--is-ancestor", f"{TAGS}{name_of(1)}", BRANCH)


def test_what_was_removed_here_is_neither_needed_nor_sent_again(archive: Archive) -> None:
    archive.push(1, content("old", 50_000), content("x"))
    archive.push(2, content("b"))
    archive.local.remove(content("x"))
    archive.local.remove(content("old", 50_000))
    before = objects_in(archive.directory)
    pushed = archive.push(3, content("old", 50_000), content("c"))
    assert pushed.archived_bytes < 3000
    assert objects_in(archive.directory) - before <= 6
    git(archive.directory, "fsck", "--strict")


def test_a_large_backup_goes_in_steps(archive: Archive) -> None:
    objects = [content(number, 20_000) for number in range(5)]
    pushed = archive.push(1, *objects, step_bytes=45_000)
    assert archive.commits() == 3
    assert git(archive.directory, "rev-list", "--no-walk", f"{TAGS}{name_of(1)}").decode().strip() == pushed.archived
    assert 100_000 < pushed.archived_bytes < 101_000


def test_the_same_again_changes_nothing(archive: Archive) -> None:
    first = archive.push(1, content("a"))
    assert archive.push(1, content("a")).archived == first.archived
    assert archive.commits() == 1


def test_objects_that_are_nowhere_are_named(archive: Archive) -> None:
    commit = archive.local.backup(1, content("a"))
    archive.local.remove(content("a"))
    with pytest.raises(ObjectMissing, match="neither here nor in the archive"):
        archive.push_commit(1, commit)
    assert archive.remote.refs() == {}


@pytest.mark.parametrize("how", ["rewritten", "emptied"])
def test_an_archive_whose_history_was_rewritten_is_left_alone(archive: Archive, how: str) -> None:
    archive.push(1, content("a"))
    archive.push(2, content("b"))
    if how == "rewritten":
        git(archive.directory, "update-ref", BRANCH, f"{BRANCH}~1")
    else:
        for ref in archive.remote.refs():
            git(archive.directory, "update-ref", "-d", ref)
    before = archive.remote.refs()
    with pytest.raises(ArchiveRefused, match="rewritten"):
        archive.push(3, content("c"))
    assert archive.remote.refs() == before


def test_a_repository_of_something_else_is_left_alone(archive: Archive, tmp_path: Path) -> None:
    archive.push(1, content("a"))
    git(archive.directory, "update-ref", "refs/heads/main", BRANCH)
    for ref in (BRANCH, f"{TAGS}{name_of(1)}"):
        git(archive.directory, "update-ref", "-d", ref)
    archive.volume = replace(archive.volume, last=None)
    with pytest.raises(ArchiveRefused, match="no archive of backups"):
        archive.push(2, content("b"))


def test_a_catalogue_that_was_lost_goes_on_where_the_archive_is(
    archive: Archive, tmp_path: Path, settings: BackupSettings
) -> None:
    archive.push(1, content("a"))
    archive.push(2, content("b"))
    new = Archive(Local.at(tmp_path / "new.git"), archive.remote, replace(archive.volume, last=None), settings)
    new.push(3, content("c"))
    assert new.commits() == 3
    archive.push(4, content("d"))
    assert archive.commits() == 4


def test_a_name_that_another_backup_has_is_refused(archive: Archive) -> None:
    archive.push(1, content("a"))
    with pytest.raises(ArchiveRefused, match="another backup of the name"):
        archive.push(1, content("b"))
