"""`leasehold server`: the license server on its TCP port and on a unix socket, in one process or several."""

import os
import socket

from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.listeners import listen_on_path, listen_on_port
from leasehold.kit.logging import configure_logging
from leasehold.kit.master_note import remove_master_note, write_master_note
from leasehold.kit.run_dir import SERVER_SOCKET, make_run_dir
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.server.master import Master, NeverServedError
from leasehold.server.shared_counts import share_counts


def serve(configuration: Configuration) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun; SIGHUP replaces every process without a pause.

    The processes find `configuration` in their environment (`Configuration.as_environment`). Raises
    `ConfigurationError` where it cannot start.
    """
    configure_logging("server")
    data_dir = configuration.data_dir
    read_or_create_secrets(data_dir)
    sockets = listen(configuration)
    if configuration.server_workers > 1:
        share_counts(make_run_dir(data_dir) / "metrics")
    master = Master(
        sockets, configuration.server_workers, pid=os.getpid(), tell=lambda note: write_master_note(data_dir, note)
    )
    try:
        master.run()
    except NeverServedError as error:
        raise ConfigurationError("The license server did not come up: see what it said above.") from error
    finally:
        remove_master_note(data_dir)


def listen(configuration: Configuration) -> list[socket.socket]:
    """Both sockets, bound once and shared by all processes."""
    on_port = listen_on_port(configuration.host, configuration.server_port, option="--server-port")
    on_path = listen_on_path(make_run_dir(configuration.data_dir) / SERVER_SOCKET)
    return [on_port, on_path]
