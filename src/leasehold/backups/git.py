"""git's command line, run so that nothing of the user's or the machine's git configuration can make it fail or ask."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from leasehold.backups.errors import BackupError

_PIECE_BYTES: Final = 256 * 1024

CONFIGURATION: Final = {
    "core.compression": "0",  # what is stored is compressed and sealed already
    "core.fsync": "all",
    "core.fsyncMethod": "fsync",
    "core.looseCompression": "0",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "pack.compression": "0",
    "pack.window": "0",  # sealed objects have no deltas
    "protocol.version": "2",
    "receive.autogc": "false",
    "safe.directory": "*",  # an archive on this machine may belong to another user
    "transfer.fsckObjects": "true",
}


class GitFailed(Exception):
    """git ended with an error; `status` is its exit status, `said` what it wrote to its standard error stream."""

    def __init__(self, arguments: Sequence[str], status: int, said: str) -> None:
        self.status = status
        self.said = said.strip()
        super().__init__(f"git {arguments[0]} failed ({status}): {self.said}")


def git(
    repository: Path,
    *arguments: str,
    given: bytes | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> bytes:
    """What git writes to its standard output when it is run on `repository` with `given` as its standard input.

    Raises `GitFailed`, and `subprocess.TimeoutExpired` after `seconds`.
    """
    command = ["git", "--git-dir", str(repository), *arguments]
    with git_needed():
        done = subprocess.run(
            command,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=False,
            env=environment_of_git() | dict(environment or {}),
            timeout=seconds,
        )
    if done.returncode != 0:
        raise GitFailed(arguments, done.returncode, done.stderr.decode(errors="replace"))
    return done.stdout


@contextmanager
def git_needed() -> Iterator[None]:
    """Start git inside; raises `BackupError` where it is not installed."""
    try:
        yield
    except FileNotFoundError as error:
        raise BackupError("git_missing", "git is not installed here: install it (`apt install git`).") from error


def stream(repository: Path, *arguments: str) -> Iterator[bytes]:
    """The same, piece by piece, for what is large; git is stopped where nobody wants the rest. Raises `GitFailed`."""
    command = ["git", "--git-dir", str(repository), *arguments]
    with (
        TemporaryFile() as said,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, env=environment_of_git()
        ) as process,
    ):
        try:
            while piece := process.stdout.read(_PIECE_BYTES):  # type: ignore[union-attr]  # it is a pipe
                yield piece
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            said.seek(0)
            raise GitFailed(arguments, process.returncode, said.read().decode(errors="replace"))


def identity(name: str, email: str, moment: str) -> dict[str, str]:
    """The environment that makes a commit's author and committer `name`, at `moment` (ISO 8601)."""
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email), ("DATE", moment))
    }


def environment_of_git() -> dict[str, str]:
    """The environment that git runs in."""
    configuration = {"GIT_CONFIG_COUNT": str(len(CONFIGURATION))}
    for number, (key, value) in enumerate(CONFIGURATION.items()):
        configuration |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return (
        inherited
        | configuration
        | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "LC_ALL": "C",
        }
    )
