"""PostgreSQL's programs of the server's major version: what another version dumps, the server may not restore."""

import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from leasehold.backups.database.failures import program_failed
from leasehold.backups.errors import WrongVersion
from leasehold.embedded.binaries import embedded_programs, major, version_of
from leasehold.embedded.unprivileged import child_setup, ourselves
from leasehold.kit.database import Connection
from leasehold.kit.errors import ConfigurationError

_NEEDED = ("pg_dump", "pg_restore", "initdb", "postgres")
_OF_SYSTEMS = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin")
_NICENESS = 10


@dataclass(frozen=True)
class Programs:
    """The programs in `directory`, all of one version (`18.1`)."""

    directory: Path
    version: str

    @property
    def major(self) -> int:
        """The major version."""
        return major(self.version)

    def run(self, name: str, *arguments: str, doing: str) -> str:
        """What the program `name` writes to its standard output. Raises `BackupError`, with `doing` in its sentence."""
        with self.running(name, *arguments) as process:
            return finish(process, name, doing=doing)

    @contextmanager
    def running(self, name: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """A program at work, standing back behind other processes; ended where the block, or this process, ends."""
        process = subprocess.Popen(
            [str(self.directory / name), *arguments],
            env={**os.environ, "LC_ALL": "C"},
            preexec_fn=child_setup(ourselves(), signal.SIGTERM, niceness=_NICENESS),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate()


def finish(process: "subprocess.Popen[str]", name: str, *, doing: str) -> str:
    """Wait until the program `name` has ended, and return what it wrote. Raises `BackupError`."""
    written, said = process.communicate()
    if process.returncode != 0:
        raise program_failed(name, process.returncode, said, doing=doing)
    return written


def server_major(connection: Connection) -> int:
    """The major version of the server."""
    return connection.info.server_version // 10_000


def programs_for(wanted: int, *, also: Iterable[Path] = ()) -> Programs:
    """The programs of PostgreSQL `wanted`: the wheel's, the system's, those in PATH, or in one of `also`.

    Raises `WrongVersion`, which says what to install, where they are not all there.
    """
    for directory in chain(_directories(wanted), also):
        if all(os.access(directory / name, os.X_OK) for name in _NEEDED):
            version = version_of(directory / "pg_dump")
            if major(version) == wanted:
                return Programs(directory, version)
    raise WrongVersion(
        "postgresql_programs_missing",
        f"The database runs on PostgreSQL {wanted}, and {', '.join(_NEEDED[:-1])} and {_NEEDED[-1]} of that version "
        f"are not on this machine. Nothing was changed: {_how_to_install(wanted)}",
    )


def check_version(connection: Connection, programs: Programs) -> None:
    """Raise `WrongVersion` where `programs` are of another major version than the server."""
    if programs.major != server_major(connection):
        raise WrongVersion(
            "postgresql_programs_wrong",
            f"The database runs on PostgreSQL {server_major(connection)}, and {programs.directory} is of "
            f"{programs.version}. Nothing was changed: {_how_to_install(server_major(connection))}",
        )


def _how_to_install(wanted: int) -> str:
    return f"install that version (Debian: apt-get install postgresql-{wanted}), then try again."


def _directories(wanted: int) -> Iterator[Path]:
    with suppress(ConfigurationError):  # a server of somebody else's needs no wheel
        yield embedded_programs()
    for place in _OF_SYSTEMS:
        yield Path(place.format(wanted))
    for place in os.get_exec_path():
        yield Path(place)
