"""A real OpenSSH server on the loopback, with a host key and an authorized key of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leasehold.backups.git import git

_DEADLINE_SECONDS = 30
_CONFIGURATION = """
AuthorizedKeysFile {directory}/authorized_keys
HostKey {directory}/host_key
KbdInteractiveAuthentication no
ListenAddress 127.0.0.1
PasswordAuthentication no
PermitRootLogin prohibit-password
PermitUserEnvironment no
PidFile none
StrictModes no
UsePAM no
"""


@dataclass(frozen=True)
class SshServer:
    directory: Path
    port: int

    @property
    def key(self) -> Path:
        """The private key that it lets in."""
        return self.directory / "key"

    def address(self, repository: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{repository}"

    def make_repository(self, directory: Path) -> None:
        """A new empty repository as a host makes it."""
        git(directory, "init", "--quiet", "--bare", str(directory))
        git(directory, "config", "uploadpack.allowFilter", "true")

    def lets_in_also(self, public_key: Path) -> None:
        """As a deploy key is given to a host."""
        with (self.directory / "authorized_keys").open("a") as keys:
            keys.write(public_key.read_text())

    @contextmanager
    def runs_instead(self, script: str) -> Iterator[None]:
        """Who logs in runs `script`, which finds what was asked for in SSH_ORIGINAL_COMMAND."""
        program = self.directory / "instead"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        _authorize(self.directory, f'command="{program}" ')
        try:
            yield
        finally:
            _authorize(self.directory, "")


@contextmanager
def ssh_server(directory: Path) -> Iterator[SshServer]:
    """An sshd that runs as long as the block."""
    for key in ("host_key", "key", "other_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", str(directory / key)]
        subprocess.run(command, check=True)
    _authorize(directory, "")
    configuration = directory / "sshd_config"
    configuration.write_text(_CONFIGURATION.format(directory=directory))
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise RuntimeError("the tests need Debian's package openssh-server")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = _free_port()
    log = directory / "log"
    command = [program, "-D", "-f", str(configuration), "-p", str(port), "-E", str(log)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(port, process, log)
        yield SshServer(directory, port)
    finally:
        process.terminate()
        process.wait()


def _authorize(directory: Path, options: str) -> None:
    (directory / "authorized_keys").write_text(options + (directory / "key.pub").read_text())


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"sshd does not listen: {log.read_text() if log.exists() else 'it said nothing'}")
