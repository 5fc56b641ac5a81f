"""Setting up an archive: is it there, may we write, what is in it? The one moment when a new host's key is believed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory

from leasehold.backups.archive.fetching import empty_repository
from leasehold.backups.archive.history import BRANCH, TAGS
from leasehold.backups.archive.remote import Remote, believing_new_host
from leasehold.backups.git import git, identity

_EPOCH = "1970-01-01T00:00:00Z"


class Content(StrEnum):
    """What a repository holds."""

    NOTHING = "nothing"
    BACKUPS = "backups"
    SOMETHING_ELSE = "something_else"


@dataclass(frozen=True)
class Trial:
    """What a test of an archive found: its content, and the fingerprints of its host's keys, to compare."""

    content: Content
    fingerprints: tuple[str, ...]


def try_archive(remote: Remote) -> Trial:
    """Reach the archive, read it, and ask whether we may write, without writing. Raises `ArchiveRefused`."""
    directory = remote.address.directory
    if directory is not None and not directory.exists() and directory.parent.is_dir():
        return Trial(Content.NOTHING, ())
    refs = believing_new_host(remote).refs()
    with TemporaryDirectory() as work:
        repository = empty_repository(Path(work) / "trial.git")
        tree = git(repository, "mktree", given=b"").decode().strip()
        who = identity("Trial", "trial@leasehold.invalid", _EPOCH)
        commit = git(repository, "commit-tree", tree, "-m", "trial", environment=who).decode().strip()
        remote.push(repository, f"{commit}:refs/heads/trial", dry_run=True)
    return Trial(_content(refs), _fingerprints(remote))


def _content(refs: dict[str, str]) -> Content:
    if not refs:
        return Content.NOTHING
    names = any(ref.startswith(f"{TAGS}server_backup_") for ref in refs)
    return Content.BACKUPS if BRANCH in refs and names else Content.SOMETHING_ELSE


def _fingerprints(remote: Remote) -> tuple[str, ...]:
    host, port = remote.address.host, remote.address.port
    if host is None:
        return ()
    listed_as = host if port in (None, 22) else f"[{host}]:{port}"
    command = ["ssh-keygen", "-l", "-F", listed_as, "-f", str(remote.known_hosts)]
    listed = run(command, stdin=DEVNULL, capture_output=True, text=True, check=False).stdout
    words = (line.split() for line in listed.splitlines() if not line.startswith("#"))
    return tuple(f"{found[1]} {found[2]}" for found in words if len(found) > 2)
