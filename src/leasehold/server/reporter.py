"""What this process says of itself in the database every five seconds: how it does, and what it has refused.

In a thread of its own, so that neither a request nor the pulse ever waits for it.
"""

import logging
import os
import socket
import threading
import time

import psycopg

from leasehold.kit.database import Connection, Database
from leasehold.operations.denials import record_denials
from leasehold.operations.processes import remove_process, remove_stale_processes, report_process
from leasehold.server.denials import Denials
from leasehold.server.lanes import Lanes
from leasehold.server.process_figures import ProcessFigures

_log = logging.getLogger(__name__)

_REPORT_SECONDS = 5.0
_RECONNECT_SECONDS = 1.0
_STOP_SECONDS = 5.0
_LOCK_TIMEOUT_MS = 2000
_STATEMENT_TIMEOUT = {"statement_timeout": "4000"}


class Reporter:
    """Keeps this process's row while it runs, and takes it away when it stops."""

    def __init__(self, database: Database, lanes: Lanes, denials: Denials) -> None:
        self._database = database
        self._denials = denials
        self._figures = ProcessFigures(lanes, host=socket.gethostname(), pid=os.getpid())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin; the first report comes as soon as the database answers."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and remove the row, if the database is there; give up after five seconds."""
        self._stop.set()
        self._thread.join(_STOP_SECONDS)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    self._report_until_the_end(connection)
            except psycopg.Error as error:
                _log.debug("the reporter waits for the database: %s", error)
                self._stop.wait(_RECONNECT_SECONDS)

    def _connect(self) -> Connection:
        return self._database.connect(
            application="reporter", autocommit=True, lock_timeout_ms=_LOCK_TIMEOUT_MS, settings=_STATEMENT_TIMEOUT
        )

    def _report_until_the_end(self, connection: Connection) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = time.monotonic() + _REPORT_SECONDS
            report_process(connection, self._figures.report())
            remove_stale_processes(connection)
            self._write_denials(connection)
        self._write_denials(connection)
        remove_process(connection, self._figures.id)

    def _write_denials(self, connection: Connection) -> None:
        counts = self._denials.take()
        try:
            record_denials(connection, counts)
        except psycopg.Error:
            self._denials.give_back(counts)
            raise
