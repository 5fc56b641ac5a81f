"""The service's pulse, and what every process must know of the `runtime` row within half a second."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from leasehold.kit.database import Connection

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_PULSE_SECONDS = 5.0
_LOOK = "SELECT heartbeat_interval, session_timeout_seconds, api_key_epoch FROM service_time"
_BEAT = "SELECT write_service_pulse()"


@dataclass(frozen=True, slots=True)
class RuntimeSnapshot:
    """What the row said at `read_at` (of time.monotonic()). Seconds."""

    heartbeat_interval: int
    session_timeout: int
    api_key_epoch: int
    read_at: float

    @property
    def pulse_period(self) -> float:
        """How often to write the pulse, so that a missed one is not taken for an outage."""
        return min(_PULSE_SECONDS, (self.session_timeout - self.heartbeat_interval) / 2 / 4)


class Pulse:
    """Reads the row twice a second and writes the pulse when it is due; reconnects by itself."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="pulse", daemon=True)
        self.snapshot: RuntimeSnapshot | None = None

    def start(self) -> None:
        """Begin; the first reading comes as soon as the database answers."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End within `timeout` seconds."""
        self._stop.set()
        self._thread.join(timeout)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    self._watch(connection)
            except psycopg.Error as error:
                _log.debug("the pulse waits for the database: %s", error)
                self._stop.wait(_LOOK_SECONDS)

    def _watch(self, connection: Connection) -> None:
        due = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= due:
                connection.execute(_BEAT)
                due = time.monotonic()
            row = connection.execute(_LOOK).fetchone()
            if row is None:
                raise psycopg.DataError("table runtime has no row: the schema is damaged")
            interval, timeout, epoch = (int(str(value)) for value in row)
            self.snapshot = RuntimeSnapshot(interval, timeout, epoch, time.monotonic())
            due += self.snapshot.pulse_period if due <= time.monotonic() else 0
            self._stop.wait(min(_LOOK_SECONDS, self.snapshot.pulse_period))
