"""One process that serves: started by `master.py` with the sockets and a pipe, on which it says that it lives.

    python -m leasehold.server.worker_process LIFE_FD SOCKET_FD…

Asked to end, it accepts nothing new, and answers what comes on the connections it has with `Connection: close`, so that
clients go over to its successor by themselves; those that stay silent are closed after a few seconds.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence

from uvicorn import Config, Server

from leasehold.embedded.unprivileged import die_with_parent
from leasehold.kit.listeners import BACKLOG
from leasehold.kit.logging import configure_logging

_APPLICATION = "leasehold.server.app:create_app"
_LINGER_SECONDS = 5.0
_DRAIN_SECONDS = 10
_LOOK_SECONDS = 0.05
_KEEP_ALIVE_SECONDS = 75  # longer than a proxy keeps an idle connection, so that it is never the server that closes it
_LIFE_SIGN_SECONDS = 1


def main() -> None:
    """Serve until SIGTERM; a signal for the master's whole group (Ctrl-C) is the master's to handle."""
    life, *sockets = (int(descriptor) for descriptor in sys.argv[1:])
    configure_logging("server")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)  # uvicorn raises it once more when it has stopped
    die_with_parent(signal.SIGKILL, os.getppid())
    _Server(uvicorn_config(life)).run([socket.socket(fileno=descriptor) for descriptor in sockets])


def uvicorn_config(life: int) -> Config:
    """How uvicorn runs here."""

    async def say_so() -> None:
        os.write(life, b".")

    return Config(
        _APPLICATION,
        factory=True,
        loop="uvloop",
        http="httptools",
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


class _Server(Server):
    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """Let every client go over in its own time before what is left is closed."""
        for listener in self.servers:
            listener.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        deadline = time.monotonic() + _LINGER_SECONDS
        while self.server_state.connections and time.monotonic() < deadline and not self.force_exit:
            await asyncio.sleep(_LOOK_SECONDS)
        await super().shutdown(list(sockets or ()))


if __name__ == "__main__":
    main()
