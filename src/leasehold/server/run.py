"""`leasehold server`: the license server on its TCP port and on a unix socket, in one process or several."""

import signal
import socket

from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from leasehold.kit.configuration import Configuration
from leasehold.kit.listeners import BACKLOG, listen_on_path, listen_on_port
from leasehold.kit.logging import configure_logging
from leasehold.kit.run_dir import make_run_dir
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.server.shared_counts import share_counts

SOCKET_NAME = "server.sock"
_DRAIN_SECONDS = 10
_APPLICATION = "leasehold.server.process:create_process_app"


def serve(configuration: Configuration) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun. Raises `ConfigurationError` where it cannot start.

    The processes find `configuration` in their environment (`Configuration.as_environment`).
    """
    configure_logging("server")
    read_or_create_secrets(configuration.data_dir)
    if configuration.server_workers > 1:
        share_counts(make_run_dir(configuration.data_dir) / "metrics")
    run_sockets(_uvicorn_config(configuration.server_workers), listen(configuration))


def listen(configuration: Configuration) -> list[socket.socket]:
    """Both sockets, bound once and shared by all processes."""
    on_port = listen_on_port(configuration.host, configuration.server_port, option="--server-port")
    on_path = listen_on_path(make_run_dir(configuration.data_dir) / SOCKET_NAME)
    return [on_port, on_path]


def run_sockets(config: Config, sockets: list[socket.socket]) -> None:
    """Run uvicorn on `sockets`; a signal to stop ends it in order, with exit status 0."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn puts its own in place, and when it has stopped raises the signal once more for these.
        signal.signal(number, lambda _number, _frame: None)
    if config.workers > 1:
        Multiprocess(config, sockets).run()
    else:
        Server(config).run(sockets)


def _uvicorn_config(workers: int) -> Config:
    return Config(
        _APPLICATION,
        factory=True,
        workers=workers,
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
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
