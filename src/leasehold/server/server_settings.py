"""The settings that the license server follows, read anew within five seconds, or at once when one is changed."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from leasehold.kit.database import Connection, Database
from leasehold.settings.registry import SETTINGS
from leasehold.settings.service import read_all

_log = logging.getLogger(__name__)

_REREAD_SECONDS = 5.0
_LISTEN_SECONDS = 0.5
_RECONNECT_SECONDS = 1.0
_CHANNEL = "leasehold_settings"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The values in force."""

    license_not_found_per_minute: int
    api_key_invalid_per_minute: int
    refusals_per_minute: int
    successes_per_key_per_minute: int
    heartbeats_per_session_per_minute: int
    heartbeat_spread_percent: int

    @classmethod
    def of(cls, values: Mapping[str, int | str]) -> "ServerSettings":
        """Those among all settings."""
        return cls(
            license_not_found_per_minute=int(values["limit_license_not_found_per_minute"]),
            api_key_invalid_per_minute=int(values["limit_api_key_invalid_per_minute"]),
            refusals_per_minute=int(values["limit_refusals_per_minute"]),
            successes_per_key_per_minute=int(values["limit_successes_per_key_per_minute"]),
            heartbeats_per_session_per_minute=int(values["limit_heartbeats_per_session_per_minute"]),
            heartbeat_spread_percent=int(values["heartbeat_spread_percent"]),
        )


class SettingsWatch:
    """Keeps `current` true in a thread with a connection of its own; the last known values hold while it is away."""

    def __init__(self, database: Database) -> None:
        self.current = ServerSettings.of({setting.name: setting.default for setting in SETTINGS})
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="settings", daemon=True)

    def start(self) -> None:
        """Begin; until the database answers the defaults hold."""
        self._thread.start()

    def stop(self) -> None:
        """End within a second or so."""
        self._stop.set()
        self._thread.join(2 * _RECONNECT_SECONDS)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.connect(application="settings", autocommit=True) as connection:
                    connection.execute(f"LISTEN {_CHANNEL}")
                    self._follow(connection)
            except psycopg.Error as error:
                _log.debug("the settings wait for the database: %s", error)
                self._stop.wait(_RECONNECT_SECONDS)

    def _follow(self, connection: Connection) -> None:
        due = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= due:
                self.current = ServerSettings.of(read_all(connection))
                due = time.monotonic() + _REREAD_SECONDS
            for _ in connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                due = 0.0
