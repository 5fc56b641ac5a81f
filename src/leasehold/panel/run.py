"""`leasehold panel`: the admin panel on its TCP port and on a unix socket for a proxy, under gunicorn.

SIGHUP replaces the process that serves; who asks meanwhile waits for a moment.
"""

import logging
import signal
import socket
import time
from pathlib import Path

import psycopg
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from leasehold.embedded.unprivileged import die_with_parent
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.listeners import listen_on_path, listen_on_port
from leasehold.kit.logging import configure_logging
from leasehold.kit.run_dir import PANEL_PID_FILE, PANEL_SOCKET, make_run_dir
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.kit.service_manager import ServiceManager
from leasehold.panel.app import create_app
from leasehold.settings.panel_url import check_panel_may_listen

_log = logging.getLogger(__name__)

_THREADS = 8
_ASK_AGAIN_SECONDS = 0.5
_DRAIN_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75  # longer than a proxy keeps an idle connection, so that it is never the panel that closes it


def serve(configuration: Configuration) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun. Raises `ConfigurationError` where it cannot start."""
    configure_logging("panel")
    read_or_create_secrets(configuration.data_dir)
    _wait_until_it_may_listen(configuration)
    on_port = listen_on_port(configuration.host, configuration.panel_port, option="--panel-port")
    directory = make_run_dir(configuration.data_dir)
    on_path = listen_on_path(directory / PANEL_SOCKET)
    _Panel(configuration, [on_port, on_path], directory / PANEL_PID_FILE).run()


def _wait_until_it_may_listen(configuration: Configuration) -> None:
    """Only the database can say that people reach the panel by TLS where the configuration does not."""
    database = database_for(configuration, Role.PANEL)
    told = False
    while True:
        try:
            return check_panel_may_listen(configuration, database)
        except psycopg.Error as error:
            if not told:
                _log.warning("waiting for the database, which says where the panel is reached: %s", error)
                told = True
        time.sleep(_ASK_AGAIN_SECONDS)


class _Panel(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our application and our sockets, configured here and nowhere else."""

    def __init__(self, configuration: Configuration, sockets: list[socket.socket], pid_file: Path) -> None:
        self._configuration = configuration
        self._bind = [f"fd://{listener.detach()}" for listener in sockets]
        self._pid_file = pid_file
        self._manager = ServiceManager()
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": self._bind,
            "pidfile": str(self._pid_file),
            "worker_class": "gthread",
            "workers": 1,
            "threads": _THREADS,
            "keepalive": _KEEP_ALIVE_SECONDS,
            "graceful_timeout": _DRAIN_SECONDS,
            "logger_class": _OurLogs,
            "accesslog": None,
            "loglevel": "warning",
            "post_fork": _end_with_arbiter,
            "when_ready": lambda _arbiter: self._manager.ready(),
            "control_socket_disable": True,
            "forwarded_allow_ips": "",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._configuration, database_for(self._configuration, Role.PANEL))

    def run(self) -> None:
        _Arbiter(self, self._manager).run()


class _Arbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's first process, which looks after the one that serves, and says so to systemd."""

    def __init__(self, panel: _Panel, manager: ServiceManager) -> None:
        super().__init__(panel)
        self._manager = manager

    def murder_workers(self) -> None:
        """End what hangs, as gunicorn does once a second."""
        super().murder_workers()
        self._manager.alive()


class _OurLogs(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's messages in the form of all others, instead of a form of its own."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True


def _end_with_arbiter(_arbiter: Arbiter, worker: Worker) -> None:
    die_with_parent(signal.SIGKILL, worker.ppid)
