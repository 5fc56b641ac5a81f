"""git's conversation with an archive, over SSH or with a directory of this machine: it asks nobody, and never hangs."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from leasehold.backups.archive.failures import meaning_of, silent
from leasehold.backups.archive.known_hosts import make_known_hosts
from leasehold.backups.archive.watching import Stalled, run_watched
from leasehold.backups.errors import ArchiveRefused
from leasehold.backups.git import CONFIGURATION, environment_of_git
from leasehold.backups.places import Places
from leasehold.backups.room import no_room
from leasehold.kit.git_address import GitAddress

# How git serves an archive in a directory of this machine: it takes no configuration from who asks.
_SERVING = CONFIGURATION | {
    "receive.denyDeletes": "true",
    "receive.denyNonFastForwards": "true",
    "receive.unpackLimit": "1",
    "uploadpack.allowFilter": "true",
}


@dataclass(frozen=True)
class Limits:
    """How long an archive may be silent, in seconds: until it answers at all, and in the middle of something."""

    connect_seconds: int = 20
    stall_seconds: float = 300


@dataclass(frozen=True)
class Remote:
    """An archive's repository and how it is reached. `accept_new_host` believes the key of a host as yet unknown."""

    address: GitAddress
    ssh_key: Path
    known_hosts: Path
    limits: Limits = field(default_factory=Limits)
    accept_new_host: bool = False

    def refs(self) -> dict[str, str]:
        """Each branch and tag with the object it stands for. Raises `ArchiveRefused`, as everything here."""
        listed = self._git("ls-remote", "--quiet", self._served_by("upload-pack"), self.address.text).decode()
        pairs = [line.split("\t", 1) for line in listed.splitlines()]
        return {name: commit for commit, name in pairs if name.startswith("refs/")}

    def push(self, repository: Path, *refspecs: str, dry_run: bool = False) -> None:
        """Add to the archive; never over anything that is there."""
        options = ["--progress", "--no-verify", *(["--dry-run"] if dry_run else [])]
        self._git("push", *options, self._served_by("receive-pack"), self.address.text, *refspecs, at=repository)

    def bring(self, repository: Path, ref: str) -> None:
        """Bring what is new at `ref` into `repository`; without the files' contents, where the archive can do that.

        No reference is written, and nothing is looked for that was removed here.
        """
        options = ["--filter=blob:none", self._served_by("upload-pack")]
        # With links checked, git would miss the objects that are here no more.
        with _room_for(repository):
            self._git("-c", "transfer.fsckObjects=false", "fetch-pack", *options, self.address.text, ref, at=repository)

    def fetch(self, repository: Path, *refspecs: str, leave_out: str | None = None) -> None:
        """Fetch what stands at each refspec, without its history, and without the blobs that `leave_out` filters."""
        options = ["--progress", "--depth=1", "--no-tags", "--no-write-fetch-head", self._served_by("upload-pack")]
        filters = [f"--filter={leave_out}"] if leave_out else []
        # What was left out is missing from a remote that has a name; an address is none, where it is a path.
        named = ["-c", f"remote.archive.url={self.address.text}"]
        with _room_for(repository):
            self._git(*named, "fetch", *options, *filters, "archive", *refspecs, at=repository)

    def _git(self, *arguments: str, at: Path | None = None) -> bytes:
        self._check()
        where = ["--git-dir", str(at)] if at else []
        environment = environment_of_git() | {"GIT_SSH_COMMAND": self._ssh(), "GIT_SSH_VARIANT": "ssh"}
        try:
            ended = run_watched(["git", *where, *arguments], environment, stall_seconds=self.limits.stall_seconds)
        except Stalled:
            raise silent(self.address.text, self.limits.stall_seconds) from None
        if ended.status != 0:
            raise meaning_of(
                ended.said,
                archive=self.address.text,
                ssh_key=str(self.ssh_key),
                known_hosts=str(self.known_hosts),
            )
        return ended.output

    def _check(self) -> None:
        if self.address.host is not None and not self.ssh_key.is_file():
            detail = (
                f"There is no SSH key {self.ssh_key}: make one (`ssh-keygen -t ed25519 -N '' -f {self.ssh_key}`) and "
                "add its public half to the archive, or name the one that you have (`leasehold settings set "
                "backup_ssh_key PATH`)."
            )
            raise ArchiveRefused("ssh_key_missing", detail)

    def _served_by(self, service: str) -> str:
        """The option that says which program serves at the other end; over SSH it is the host's own."""
        program = f"git-{service}"
        if self.address.host is None:
            settings = (f"-c {shlex.quote(f'{name}={value}')}" for name, value in _SERVING.items())
            program = f"git {' '.join(settings)} {service}"
        return f"--{service}={program}"

    def _ssh(self) -> str:
        known_hosts = str(self.known_hosts).replace("%", "%%")
        options = {
            "BatchMode": "yes",
            "CheckHostIP": "no",
            "ConnectTimeout": str(self.limits.connect_seconds),
            "ControlMaster": "no",
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "LogLevel": "ERROR",
            "ServerAliveCountMax": "4",
            "ServerAliveInterval": "15",
            "StrictHostKeyChecking": "accept-new" if self.accept_new_host else "yes",
            "UpdateHostKeys": "no",
            "UserKnownHostsFile": f'"{known_hosts}"',
        }
        said = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        return shlex.join(["ssh", "-F", "none", "-i", str(self.ssh_key).replace("%", "%%"), *said])


@contextmanager
def _room_for(repository: Path) -> Iterator[None]:
    """What is full while something is fetched is this machine's disk."""
    try:
        yield
    except ArchiveRefused as refused:
        if refused.code == "archive_full":
            raise no_room(repository, "the disk is full") from refused
        raise


def remote_at(
    address: GitAddress, ssh_key: Path, places: Places, *, limits: Limits | None = None, accept_new_host: bool = False
) -> Remote:
    """The archive at `address`, as this installation reaches it."""
    make_known_hosts(places)
    return Remote(address, ssh_key, places.known_hosts, limits or Limits(), accept_new_host)


def believing_new_host(remote: Remote) -> Remote:
    """The same archive, whose host's key is written down where none is known; for the first meeting only."""
    return replace(remote, accept_new_host=True)
