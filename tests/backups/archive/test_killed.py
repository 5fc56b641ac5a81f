"""A push whose process is killed in the middle goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from leasehold.backups.archive.history import BRANCH
from leasehold.backups.git import GitFailed, git
from tests.backups.archive.archived import Archive
from tests.backups.archive.made import content, name_of, objects_in, objects_stored

_DEADLINE_SECONDS = 60
_PROGRAM = """
import sys
from pathlib import Path

import msgspec

from leasehold.backups.archive.pushing import push
from leasehold.backups.archive.remote import Remote
from leasehold.backups.archive.volumes import Volume
from leasehold.backups.settings import default_backup_settings

remote, volume, repository, name, commit = msgspec.json.decode(
    sys.argv[1], type=tuple[Remote, Volume, str, str, str], dec_hook=lambda kind, value: kind(value)
)
settings = default_backup_settings()
push(Path(repository), remote, volume, name=name, commit=commit, settings=settings, step_bytes=25_000)
"""


def _start(archive: Archive, day: int, commit: str) -> subprocess.Popen[bytes]:
    told = msgspec.json.encode(
        (archive.remote, archive.volume, str(archive.local.repository), name_of(day), commit), enc_hook=str
    )
    return subprocess.Popen([sys.executable, "-c", _PROGRAM, told], start_new_session=True)


def _commits(repository: Path) -> int:
    try:
        return int(git(repository, "rev-list", "--count", BRANCH))
    except GitFailed:
        return 0


def _wait_for_commits(repository: Path, number: int) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while _commits(repository) < number:
        assert time.monotonic() < deadline, "the push does not get on"
        time.sleep(0.01)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_push_that_was_killed_goes_on(archive: Archive, steps: int) -> None:
    objects = [content(number, 20_000) for number in range(6)]
    commit = archive.local.backup(1, *objects)
    process = _start(archive, 1, commit)
    _wait_for_commits(archive.directory, steps)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = _commits(archive.directory)
    pushed = archive.push(1, *objects, step_bytes=25_000)
    assert pushed.archived_bytes > 120_000
    assert steps <= before <= archive.commits() <= 7
    assert objects_stored(archive.directory) == objects_in(archive.directory)
    git(archive.directory, "fsck", "--strict")
