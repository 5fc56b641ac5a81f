import subprocess
import sys
from pathlib import Path

import pytest

from leasehold.backups.errors import BackupDamaged, DiskFull, ObjectMissing
from leasehold.backups.store.repository import Repository, blob_id
from tests.backups.store.store import MOMENT, Store

ABSENT = "0" * 39 + "1"


def test_an_object_is_stored_once_and_comes_back(store: Store) -> None:
    repository = store.repository
    blob = repository.put(b"sealed")
    assert blob == blob_id(b"sealed") == repository.put(b"sealed")
    assert repository.read(blob) == b"sealed"
    assert repository.present([blob, ABSENT]) == {blob}


def test_what_was_begun_in_part_is_made_whole(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository.git")
    repository.path.mkdir()
    (repository.path / "config").touch()
    repository.make()
    repository.make()
    assert repository.has(repository.put(b"sealed"))


def test_a_tree_names_what_is_no_longer_here(store: Store) -> None:
    blob = store.repository.put(b"sealed")
    entries = {"a": blob, "objects/ab/c": ABSENT, "objects/ab/d": blob, "objects/ac/d": blob, "z/é": blob}
    commit = store.commit(store.repository.write_tree(entries))
    assert store.repository.entries(commit) == entries
    assert store.repository.remove_blobs([blob, ABSENT]) > 0
    assert store.repository.entries(commit) == entries
    assert not store.repository.has(blob)
    with pytest.raises(ObjectMissing, match="from the archive"):
        store.repository.read(blob)


def test_the_same_commit_is_made_twice_without_any_git_identity(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("EMAIL", "")
    tree = store.repository.write_tree({"a": store.repository.put(b"a")})
    first = store.commit(tree)
    assert store.commit(tree) == first
    shown = subprocess.run(
        ["git", "-C", store.repository.path, "show", "--no-patch", "--format=%an|%ae|%cI|%s", first],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shown.stdout.strip() == f"A|a@b.invalid|{MOMENT}|a backup"


def test_a_reference_names_a_commit_or_nothing(store: Store) -> None:
    commit = store.commit(store.repository.write_tree({"a": store.repository.put(b"a")}))
    store.repository.set_ref("refs/tags/one", commit)
    assert store.repository.resolve("refs/tags/one") == commit
    assert store.repository.resolve("refs/tags/two") is None
    assert store.repository.resolve("--all") is None


def test_a_damaged_object_is_not_called_missing(store: Store) -> None:
    blob = store.repository.put(b"sealed" * 1000)
    path = store.repository.path / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(BackupDamaged, match=blob):
        store.repository.read(blob)


def test_a_disk_without_room_is_said_in_words(store: Store) -> None:
    """A limit on the size of files, in a process of its own, meets git as a full disk does."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from leasehold.backups.errors import DiskFull\n"
        "from leasehold.backups.store.repository import Repository\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    Repository(Path(sys.argv[1])).put(bytes(5000))\n"
        "except DiskFull as error:\n"
        "    print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, store.repository.path], capture_output=True, text=True, check=True
    )
    assert "make room" in said.stdout
    assert DiskFull.status == 11
    assert not store.repository.has(blob_id(bytes(5000)))
