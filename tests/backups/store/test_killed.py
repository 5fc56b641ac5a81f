"""A process that is killed while it packs, and the next one that goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leasehold.backups.git import git
from tests.backups.store.store import Store, contents, manifest_of, rows, write

FILES = {f"{number}.dat": rows(0, 200, salt=str(number)) for number in range(6)}
PACK_AND_DIE = """
import os, signal, sys
from pathlib import Path
from leasehold.backups.store.repository import Repository
from tests.backups.store.store import Store, manifest_of

fatal, when, put, calls = int(sys.argv[2]), sys.argv[3], Repository.put, 0

def put_and_die(self, data):
    global calls
    calls += 1
    if calls == fatal and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    blob = put(self, data)
    if calls == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    return blob

Repository.put = put_and_die
Store(Path(sys.argv[1])).pack(Path(sys.argv[1]) / "in")
"""


def stored(store: Store) -> set[str]:
    listed = git(store.repository.path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    return {line.split()[0] for line in listed.decode().splitlines() if line.endswith("blob")}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fatal", [1, 4, 7, 8, 9, 10])
def test_killed_at_any_object_it_goes_on_and_stores_nothing_twice(
    store: Store, tmp_path: Path, fatal: int, when: str
) -> None:
    source = write(tmp_path / "in", FILES)
    command = [sys.executable, "-c", PACK_AND_DIE, str(tmp_path), str(fatal), when]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    left = stored(store)
    assert len(left) == fatal - (when == "before")
    packed = store.pack(source)
    assert stored(store) >= left
    entries = store.repository.entries(store.commit(packed.tree))
    assert set(entries.values()) == stored(store)
    sealed = {blob for path, blob in entries.items() if path.endswith(".age")}
    assert packed.new_bytes == sum(len(store.repository.read(blob)) for blob in sealed)
    store.restore(store.commit(packed.tree), tmp_path / "out")
    assert contents(tmp_path / "out") == FILES


def test_a_line_of_the_journal_that_was_cut_off_never_was(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", FILES)
    store.pack(source)
    journal = tmp_path / f"{manifest_of(0).name}.journal"
    os.truncate(journal, journal.stat().st_size - 10)
    store.manifests.clear()
    store.restore(store.backup(source), tmp_path / "out")
    assert contents(tmp_path / "out") == FILES


def test_with_other_keys_it_begins_anew(store: Store, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a": b"a"})
    first = store.pack(source)
    store.manifests.clear()
    (tmp_path / "data" / "secrets.json").unlink()
    second = store.pack(source)
    assert second.manifest.chunks != first.manifest.chunks
    store.restore(store.commit(second.tree), tmp_path / "out")
