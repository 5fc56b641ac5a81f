"""One process that serves: started by `master.py` with the sockets and a pipe, on which it says that it lives.

    python -m leasehold.server.worker_process LIFE_FD SOCKET_FD…

SIGTERM says that it has a successor: it accepts nothing new, and answers what comes on the connections it has with
`Connection: close`, so that clients go over by themselves; those that stay silent are closed after a few seconds.
SIGINT says that there is none: what was begun is finished, and everything is closed.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import FrameType

from uvicorn import Config, Server

from leasehold.embedded.unprivileged import die_with_parent
from leasehold.kit.listeners import BACKLOG
from leasehold.kit.logging import configure_logging
from leasehold.server.protocol import BoundedProtocol, lose_patience

_APPLICATION = "leasehold.server.app:create_app"
_LINGER_SECONDS = 5.0
_DRAIN_SECONDS = 10
_LOOK_SECONDS = 0.05
_KEEP_ALIVE_SECONDS = 75  # longer than a proxy keeps an idle connection, so that it is never the server that closes it
_LIFE_SIGN_SECONDS = 1
_TICKS_OF_PATIENCE = 10


def main() -> None:
    """Serve until a signal of the master ends it."""
    life, *sockets = (int(descriptor) for descriptor in sys.argv[1:])
    configure_logging("server")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises it once more when it has stopped
        signal.signal(number, lambda _number, _frame: None)
    die_with_parent(signal.SIGKILL, os.getppid())
    PatientServer(uvicorn_config(life)).run([socket.socket(fileno=descriptor) for descriptor in sockets])


def uvicorn_config(life: int) -> Config:
    """How uvicorn runs here."""

    async def say_so() -> None:
        os.write(life, b".")

    return Config(
        _APPLICATION,
        factory=True,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # whom to believe about the client's address is decided by our own code
        server_header=False,
        date_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        callback_notify=say_so,
        timeout_notify=_LIFE_SIGN_SECONDS,
    )


class PatientServer(Server):
    """Hands its clients over to a successor where it has one, and waits for no client longer than it should."""

    has_successor = False

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second."""
        if counter % _TICKS_OF_PATIENCE == 0:
            lose_patience(self.server_state.connections)
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take in why it is to end."""
        self.has_successor = sig == signal.SIGTERM
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Let every client go over to the successor in its own time before what is left is closed."""
        if self.has_successor:
            await self._hand_over()
        await super().shutdown(list(sockets or ()))

    async def _hand_over(self) -> None:
        for listener in self.servers:
            listener.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        deadline = time.monotonic() + _LINGER_SECONDS
        while self.server_state.connections and time.monotonic() < deadline and not self.force_exit:
            await asyncio.sleep(_LOOK_SECONDS)


if __name__ == "__main__":
    main()
