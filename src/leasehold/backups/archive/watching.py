"""A run of git that talks to another machine is ended, with all that it has started, when nothing is heard of it."""

import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from leasehold.backups.git import git_needed

_CHUNK = 65536


class Stalled(Exception):
    """Nothing was heard for too long."""


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it wrote."""

    status: int
    output: bytes
    said: str


def run_watched(command: Sequence[str], environment: Mapping[str, str], *, stall_seconds: float) -> Ended:
    """Run `command` until it ends. Raises `Stalled` when it writes nothing to either stream for `stall_seconds`."""
    with git_needed():
        process = subprocess.Popen(
            command,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    ended = False
    try:
        output, said = _read(process, stall_seconds)
        status = process.wait(stall_seconds)
        ended = True
    except subprocess.TimeoutExpired:
        raise Stalled from None
    finally:
        if not ended:
            _kill(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    return Ended(status, output, said.decode(errors="replace").strip())


def _read(process: subprocess.Popen[bytes], stall_seconds: float) -> tuple[bytes, bytes]:
    streams = [stream.fileno() for stream in (process.stdout, process.stderr) if stream is not None]
    heard = {stream: bytearray() for stream in streams}
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(stall_seconds)
            if not ready:
                raise Stalled
            for key, _events in ready:
                data = os.read(key.fd, _CHUNK)
                heard[key.fd] += data
                if not data:
                    selector.unregister(key.fd)
    output, said = (bytes(heard[stream]) for stream in streams)
    return output, said


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Its group is its own (`start_new_session`), so this reaches ssh and whatever else git has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
