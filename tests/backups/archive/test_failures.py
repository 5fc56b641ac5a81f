"""What goes wrong between a server and its archive: each a sentence, and nothing is lost."""

import os
import resource
import socket
import threading
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from leasehold.backups.archive.fetching import fetch_backup
from leasehold.backups.archive.history import BRANCH
from leasehold.backups.archive.remote import Limits, Remote, remote_at
from leasehold.backups.archive.trying import Content, try_archive
from leasehold.backups.errors import ArchiveAway, ArchiveRefused, BackupError, DiskFull, ExitStatus
from leasehold.backups.git import git, identity
from leasehold.backups.places import Places
from leasehold.kit.git_address import read_address
from tests.backups.archive.archived import Archive
from tests.backups.archive.conftest import LIMITS
from tests.backups.archive.made import content, name_of
from tests.backups.archive.ssh_server import SshServer

over_ssh_alone = pytest.mark.parametrize("remote", ["ssh"], indirect=True)
on_this_machine_alone = pytest.mark.parametrize("remote", ["directory"], indirect=True)


@over_ssh_alone
def test_a_missing_key_is_named(remote: Remote, tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match=r"There is no SSH key .*nowhere") as refused:
        replace(remote, ssh_key=tmp_path / "nowhere").refs()
    assert refused.value.status is ExitStatus.ARCHIVE_REFUSED


@over_ssh_alone
def test_a_key_that_others_may_read_is_named_with_the_cure(remote: Remote, tmp_path: Path) -> None:
    key = tmp_path / "open_key"
    key.write_bytes(remote.ssh_key.read_bytes())
    key.chmod(0o644)
    with pytest.raises(ArchiveRefused, match=f"chmod 600 {key}"):
        replace(remote, ssh_key=key).refs()


@over_ssh_alone
def test_a_key_that_the_host_does_not_know(remote: Remote) -> None:
    with pytest.raises(ArchiveRefused, match="does not accept the key"):
        replace(remote, ssh_key=remote.ssh_key.with_name("other_key")).refs()


@over_ssh_alone
def test_something_that_is_no_key(remote: Remote, tmp_path: Path) -> None:
    key = tmp_path / "text"
    key.write_text("not a key\n")
    key.chmod(0o600)
    with pytest.raises(ArchiveRefused, match="cannot be used"):
        replace(remote, ssh_key=key).refs()


@over_ssh_alone
def test_a_host_is_believed_only_when_an_operator_tests_it(remote: Remote) -> None:
    remote.known_hosts.write_text("")
    with pytest.raises(ArchiveRefused, match="not known yet"):
        remote.refs()
    trial = try_archive(remote)
    assert trial.content is Content.NOTHING
    assert [words.split()[1][:7] for words in trial.fingerprints] == ["SHA256:"]
    assert remote.refs() == {}


@over_ssh_alone
def test_a_host_with_another_key_than_before_is_not_believed_even_in_a_test(remote: Remote, server: SshServer) -> None:
    theirs, other = ((server.directory / name).read_text().split()[1] for name in ("host_key.pub", "other_key.pub"))
    remote.known_hosts.write_text(remote.known_hosts.read_text().replace(theirs, other))
    for ask in (remote.refs, lambda: try_archive(remote)):
        with pytest.raises(ArchiveRefused, match="another host key than before"):
            ask()


@over_ssh_alone
def test_a_test_says_what_is_there_and_whether_it_may_be_written(archive: Archive, server: SshServer) -> None:
    archive.push(1, content("a"))
    assert try_archive(archive.remote).content is Content.BACKUPS
    before = archive.remote.refs()
    with server.runs_instead(
        'case "$SSH_ORIGINAL_COMMAND" in git-receive*) '
        "echo 'ERROR: The key you are authenticating with has been marked as read only.' >&2; exit 1;; "
        '*) eval "$SSH_ORIGINAL_COMMAND";; esac'
    ):
        with pytest.raises(ArchiveRefused, match="right to write"):
            try_archive(archive.remote)
        with pytest.raises(ArchiveRefused, match="right to write"):
            archive.push(2, content("b"))
    git(archive.directory, "update-ref", "refs/heads/main", BRANCH)
    git(archive.directory, "update-ref", "-d", BRANCH)
    assert try_archive(archive.remote).content is Content.SOMETHING_ELSE
    assert set(before) - set(archive.remote.refs()) == {BRANCH}


def test_nobody_there(places: Places, server: SshServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = read_address(f"ssh://git@127.0.0.1:{unused.getsockname()[1]}/archive.git")
        with pytest.raises(ArchiveAway, match="cannot be reached") as away:
            remote_at(address, server.key, places, limits=LIMITS).refs()
    assert away.value.status is ExitStatus.NOT_IN_ARCHIVE


def test_somebody_who_accepts_and_says_nothing(places: Places, server: SshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = read_address(f"ssh://git@127.0.0.1:{silent.getsockname()[1]}/archive.git")
        for limits in (Limits(connect_seconds=1, stall_seconds=60), Limits(connect_seconds=60, stall_seconds=1)):
            with pytest.raises(ArchiveAway):
                remote_at(address, server.key, places, limits=limits).refs()


@over_ssh_alone
def test_an_archive_that_falls_silent_in_the_middle(archive: Archive, server: SshServer) -> None:
    with server.runs_instead("exec sleep 1000"):
        archive.remote = replace(archive.remote, limits=Limits(stall_seconds=1))
        with pytest.raises(ArchiveAway, match="silent"):
            archive.push(1, content("a"))


@over_ssh_alone
def test_programs_that_are_not_installed(remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git_alone = tmp_path / "bin"
    git_alone.mkdir()
    (git_alone / "git").symlink_to(which("git") or "")
    monkeypatch.setenv("PATH", str(git_alone))
    with pytest.raises(ArchiveRefused, match="openssh-client"):
        remote.refs()
    (git_alone / "git").unlink()
    with pytest.raises(BackupError, match="apt install git"):
        remote.refs()


@over_ssh_alone
def test_no_repository_there(archive: Archive) -> None:
    archive.directory.rename(archive.directory.with_name("moved.git"))
    with pytest.raises(ArchiveRefused, match="no git repository"):
        archive.push(1, content("a"))


def hook(archive: Archive, name: str, script: str) -> Path:
    """Let the archive's host run `script` at this point."""
    program = archive.directory / "hooks" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return program


@on_this_machine_alone
def test_a_disk_that_is_not_mounted(archive: Archive) -> None:
    archive.push(1, content("a"))
    archive.directory.rename(archive.directory.with_name("moved.git"))
    with pytest.raises(ArchiveRefused, match="mounted"):
        archive.push(2, content("b"))
    elsewhere = read_address(str(archive.directory.parent / "not" / "there.git"))
    archive.remote = replace(archive.remote, address=elsewhere)
    archive.volume = replace(archive.volume, last=None)
    with pytest.raises(ArchiveRefused, match="mounted"):
        archive.push(2, content("b"))


@on_this_machine_alone
def test_a_directory_of_somebody_else_s_is_used_all_the_same(archive: Archive) -> None:
    archive.push(1, content("a"))
    for file in (archive.directory, *archive.directory.rglob("*")):
        _give_away(file)
    archive.push(2, content("b"))
    assert archive.commits() == 2


def _give_away(file: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(file, 12345, 12345)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'error: GH001: Large files detected.' >&2; exit 1", "of this size"),
        ("echo 'not on Fridays' >&2; exit 1", "not on Fridays"),
        ("echo 'fatal: write error: No space left on device' >&2; exit 1", "no room left"),
    ],
)
def test_a_push_that_a_hook_refuses_says_why_and_goes_on_later(archive: Archive, script: str, said: str) -> None:
    archive.push(1, content("a"))
    program = hook(archive, "pre-receive", script)
    before = archive.remote.refs()
    with pytest.raises(ArchiveRefused, match=said):
        archive.push(2, content("b"))
    assert archive.remote.refs() == before
    program.unlink()
    archive.push(2, content("b"))
    assert archive.commits() == 2


@over_ssh_alone
@pytest.mark.parametrize("broken", ["exit 1", 'head -c 30000 | eval "$SSH_ORIGINAL_COMMAND"; exit 1'])
def test_a_connection_that_breaks_before_anything_arrived(archive: Archive, server: SshServer, broken: str) -> None:
    archive.push(1, content("a"))
    instead = f'case "$SSH_ORIGINAL_COMMAND" in git-receive*) {broken};; *) eval "$SSH_ORIGINAL_COMMAND";; esac'
    before = archive.remote.refs()
    with server.runs_instead(instead), pytest.raises(ArchiveRefused):
        archive.push(2, content("b", 100_000))
    assert archive.remote.refs() == before
    archive.push(2, content("b", 100_000))
    assert archive.commits() == 2
    git(archive.directory, "fsck", "--strict")


def test_a_host_that_dies_after_each_thing_it_has_done(archive: Archive) -> None:
    objects = [content(number, 20_000) for number in range(3)]
    archive.push(1, content("a"))
    hook(archive, "reference-transaction", 'if [ "$1" = committed ]; then kill -9 $PPID; fi')
    for _ in range(4):  # three steps, and the tag
        with pytest.raises(ArchiveRefused):
            archive.push(2, *objects, step_bytes=25_000)
    arrived = archive.remote.refs()
    pushed = archive.push(2, *objects, step_bytes=25_000)
    assert pushed.archived_bytes > 60_000
    assert archive.remote.refs() == arrived
    assert archive.commits() == 4
    git(archive.directory, "fsck", "--strict")


def test_a_disk_of_ours_that_is_full_is_not_the_archive_s(archive: Archive, tmp_path: Path) -> None:
    archive.push(1, content("a", 3_000_000))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limit[1]))
    try:
        with pytest.raises(DiskFull, match="make room"):
            fetch_backup(archive.remote, name_of(1), tmp_path / "fetched.git")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_somebody_else_who_pushes_at_the_same_moment(archive: Archive) -> None:
    archive.push(1, content("a"))
    who = identity("Somebody", "somebody@example.org", "2026-01-01T00:00:00Z")
    made = git(archive.directory, "commit-tree", f"{BRANCH}^{{tree}}", "-p", BRANCH, "-m", "other", environment=who)
    other = made.decode().strip()
    hook(archive, "pre-receive", f"rm $0; unset GIT_QUARANTINE_PATH; git update-ref {BRANCH} {other}")
    archive.push(2, content("b"))
    assert archive.commits() == 3
    git(archive.directory, "fsck", "--strict")


def test_two_installations_that_push_at_once(archive: Archive, tmp_path: Path) -> None:
    archive.push(1, content("a"))
    other = Archive(archive.local.at(tmp_path / "other.git"), archive.remote, archive.volume, archive.settings)
    other.volume = replace(other.volume, last=None)
    failures: list[BaseException] = []

    def run(pushing: Archive, days: range) -> None:
        for day in days:
            try:
                pushing.push(day, content(day))
            except ArchiveAway:
                pushing.push(day, content(day))
            except BaseException as failure:
                failures.append(failure)

    threads = [threading.Thread(target=run, args=args) for args in ((archive, range(2, 6)), (other, range(12, 16)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert archive.commits() == 9
    git(archive.directory, "fsck", "--strict")
