"""Getting backups back out of an archive; nothing but its address and a key is needed."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leasehold.backups.archive.history import TAGS, tree_of
from leasehold.backups.archive.remote import Remote
from leasehold.backups.errors import BackupError, BackupNameInvalid, BackupUnknown
from leasehold.backups.git import environment_of_git, git
from leasehold.backups.names import moment_of

# The sealed manifests are smaller than this; a host that cannot leave out blobs by size sends all of them.
_MANIFESTS = "blob:limit=1m"


@dataclass(frozen=True)
class Archived:
    """A backup in an archive: its name, its commit there, and that commit's tree."""

    name: str
    archived: str
    archived_tree: str


def empty_repository(directory: Path) -> Path:
    """A new bare repository at `directory`, in place of whatever an interrupted run has left there."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    git(directory, "init", "--quiet", "--bare", str(directory))
    return directory


def names_in(remote: Remote) -> list[str]:
    """The names of the archive's backups, newest first."""
    tags = (ref.removeprefix(TAGS) for ref in remote.refs() if ref.startswith(TAGS))
    return sorted((tag for tag in tags if _is_name(tag)), reverse=True)


def fetch_backup(remote: Remote, name: str, directory: Path) -> Archived:
    """Bring the backup `name`, and nothing else, into a new repository at `directory`.

    Raises `BackupUnknown` where the archive has none of that name.
    """
    moment_of(name)
    if f"{TAGS}{name}" not in remote.refs():
        raise BackupUnknown(name)
    repository = empty_repository(directory)
    remote.fetch(repository, f"{TAGS}{name}:{TAGS}{name}")
    return _archived(repository, name)


def fetch_manifests(remote: Remote, directory: Path) -> Iterator[Archived]:
    """Bring what is small of every backup, the sealed manifests above all, into a new repository; oldest first."""
    names = names_in(remote)
    repository = empty_repository(directory)
    if names:
        remote.fetch(repository, f"{TAGS}server_backup_*:{TAGS}server_backup_*", leave_out=_MANIFESTS)
    for name in reversed(names):
        yield _archived(repository, name)


def keep(source: Path, tree: str, repository: Path) -> None:
    """Put a fetched backup's tree and objects among the local ones, where they are not any more."""
    sending = subprocess.Popen(
        ["git", "--git-dir", str(source), "pack-objects", "--quiet", "--revs", "--stdout"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment_of_git(),
    )
    taking = subprocess.Popen(
        ["git", "--git-dir", str(repository), "unpack-objects", "-q"], stdin=sending.stdout, env=environment_of_git()
    )
    if sending.stdout is not None:
        sending.stdout.close()
    sending.communicate(f"{tree}\n".encode())
    if (taking.wait(), sending.returncode) != (0, 0):
        detail = f"The backup could not be copied to {repository}: is there room? `leasehold doctor` tells."
        raise BackupError("backup_not_kept", detail)


def _archived(repository: Path, name: str) -> Archived:
    archived = git(repository, "rev-parse", "--verify", f"{TAGS}{name}^{{commit}}").decode().strip()
    return Archived(name, archived, tree_of(repository, archived))


def _is_name(text: str) -> bool:
    try:
        moment_of(text)
    except BackupNameInvalid:
        return False
    return True
