"""The smoke test: the new license server and the new panel serve the migrated database, on ports that nobody knows."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from leasehold.embedded.log_files import last_words, log_path, open_log
from leasehold.embedded.readiness import answers_well
from leasehold.embedded.unprivileged import child_setup, ourselves
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.listeners import http_address
from leasehold.kit.secrets_file import FILE_NAME as SECRETS
from leasehold.upgrades.commands import of_release
from leasehold.upgrades.errors import UpgradeRefused

_HOST: Final = "127.0.0.1"
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.05


def try_release(configuration: Configuration, environment: Path) -> None:
    """Return when the release in `environment` has answered well. Raises `UpgradeRefused`."""
    with _data_dir_beside(configuration, environment.with_name("trial")) as trial, ExitStack() as running:
        for verb, port, path in (
            ("server", trial.server_port, "/health/ready"),
            ("panel", trial.panel_port, "/"),
        ):
            process = running.enter_context(_running(trial, environment, verb))
            _wait_for(process, trial, verb, http_address(_HOST, port), path)


@contextmanager
def _data_dir_beside(configuration: Configuration, directory: Path) -> Iterator[Configuration]:
    """The same installation with a data directory of its own: sockets in the real one are those of who serves now."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    shutil.copy(configuration.data_dir / SECRETS, directory)
    server_port, panel_port = _free_ports()
    try:
        yield msgspec.structs.replace(
            configuration,
            data_dir=directory,
            database_url=database_for(configuration, Role.OWNER).conninfo,
            host=_HOST,
            server_port=server_port,
            panel_port=panel_port,
            server_workers=1,
        )
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _running(trial: Configuration, environment: Path, verb: str) -> Iterator["subprocess.Popen[bytes]"]:
    with open(open_log(trial.data_dir, verb), "wb") as log:  # noqa: PTH123  (a descriptor)
        process = subprocess.Popen(
            of_release(environment, verb),
            env={**os.environ, **trial.as_environment()},
            preexec_fn=child_setup(ourselves(), signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", trial: Configuration, verb: str, address: str, path: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not answers_well(address, path):
        if process.poll() is not None or time.monotonic() > deadline:
            ended = f"ended with status {process.returncode}" if process.returncode is not None else "gave no answer"
            why = last_words(log_path(trial.data_dir, verb))
            raise UpgradeRefused("upgrade_failed", f"The new release's {verb} {ended} when it was tried. {why}".strip())
        time.sleep(_POLL_SECONDS)


def _free_ports() -> list[int]:
    """Two that are free now: both held at once, so that they differ."""
    with ExitStack() as held:
        return [held.enter_context(socket.create_server((_HOST, 0))).getsockname()[1] for _ in range(2)]
