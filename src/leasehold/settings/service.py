"""Read and change settings."""

from typing import Any

from psycopg.types.json import Jsonb

from leasehold.kit.database import Connection
from leasehold.settings.errors import SettingInvalid
from leasehold.settings.registry import SETTINGS, Home, Value, find_setting

_READ = """
SELECT s.name, s.value FROM settings AS s
UNION ALL
SELECT kv.key, kv.value FROM runtime AS r, jsonb_each(to_jsonb(r)) AS kv
"""
_STORE = """
INSERT INTO settings (name, value) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = clock_timestamp()
WHERE settings.value IS DISTINCT FROM excluded.value
"""
_STORE_IN_RUNTIME = {
    "heartbeat_interval": "UPDATE runtime SET heartbeat_interval = %s",
    "session_timeout": "UPDATE runtime SET session_timeout = %s",
}
_LOCK_TIMES = "SELECT heartbeat_interval, session_timeout FROM runtime FOR NO KEY UPDATE"


def read_all(connection: Connection) -> dict[str, Value]:
    """Every setting with the value in force, in the registry's order, by one statement."""
    rows = connection.execute(_READ)
    stored: dict[str, Any] = {str(name): value for name, value in rows}
    return {setting.name: stored.get(setting.name, setting.default) for setting in SETTINGS}


def get_setting(connection: Connection, name: str) -> Value:
    """The value in force. Raises `SettingUnknown`."""
    setting = find_setting(name)
    return read_all(connection)[setting.name]


def set_setting(connection: Connection, name: str, text: str) -> Value:
    """Change a setting to what `text` stands for and return that. Raises `SettingUnknown` and `SettingInvalid`."""
    setting = find_setting(name)
    value = setting.parse(text)
    if setting.home is Home.RUNTIME:
        _check_times(connection, name, int(value))
        connection.execute(_STORE_IN_RUNTIME[name], (value,))
    else:
        connection.execute(_STORE, (name, Jsonb(value)))
    return value


def _check_times(connection: Connection, name: str, value: int) -> None:
    row = connection.execute(_LOCK_TIMES).fetchone()
    interval, timeout = (int(str(part)) for part in row or ())
    if name == "heartbeat_interval" and value >= timeout:
        detail = (
            f"heartbeat_interval must be less than session_timeout, which is {timeout} seconds: "
            "raise session_timeout first, or choose a smaller value."
        )
        raise SettingInvalid(name, detail)
    if name == "session_timeout" and value <= interval:
        detail = (
            f"session_timeout must be greater than heartbeat_interval, which is {interval} seconds: "
            "lower heartbeat_interval first, or choose a greater value."
        )
        raise SettingInvalid(name, detail)
