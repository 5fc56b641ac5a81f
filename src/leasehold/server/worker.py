"""A process that serves, as the one that started it sees it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_MODULE = "leasehold.server.worker_process"
_SILENCE_SECONDS = 60.0


@dataclass(eq=False)
class Worker:
    """`generation` tells those of one replacement from those before; `life` is the pipe on which it says it lives."""

    process: subprocess.Popen[bytes]
    life: int
    generation: int
    started_at: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    is_ready: bool = False
    is_leaving: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether there is no such process any more."""
        return self.process.poll() is not None

    @property
    def is_silent(self) -> bool:
        """Whether it has said nothing for so long that it must hang."""
        return not self.is_leaving and time.monotonic() - self.heard_at > _SILENCE_SECONDS

    def listen(self) -> None:
        """Take in what it says."""
        if os.read(self.life, 4096):
            self.heard_at = time.monotonic()
            self.is_ready = True

    def ask_to_leave(self) -> None:
        """Let it hand its clients over to its successor, and end."""
        self.is_leaving = True
        self.process.send_signal(signal.SIGTERM)

    def ask_to_stop(self) -> None:
        """Let it finish what it has begun, and end."""
        self.is_leaving = True
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it by force."""
        self.process.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Forget it after its end."""
        os.close(self.life)


def start_worker(sockets: Sequence[socket.socket], generation: int) -> Worker:
    """Start one from the program as it is installed now, which need not be the one that runs here."""
    ours, its = os.pipe2(os.O_CLOEXEC)
    descriptors = [its, *(listener.fileno() for listener in sockets)]
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, *map(str, descriptors)],
            pass_fds=descriptors,
            process_group=0,  # a Ctrl-C in the terminal is for the master, which stops its workers in order
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(its)
    return Worker(process, ours, generation)
