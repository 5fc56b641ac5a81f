"""Read and change settings."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from leasehold.kit.database import Connection
from leasehold.settings.errors import SettingInvalid, SettingsInvalid
from leasehold.settings.kinds import Home, Value
from leasehold.settings.registry import SETTINGS, find_setting

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
_FORGET = "DELETE FROM settings WHERE name = %s"
_STORE_TIMES = "UPDATE runtime SET heartbeat_interval = %(heartbeat_interval)s, session_timeout = %(session_timeout)s"
_LOCK_TIMES = "SELECT heartbeat_interval, session_timeout FROM runtime FOR NO KEY UPDATE"
_TIMES = ("heartbeat_interval", "session_timeout")


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
    try:
        return set_settings(connection, {name: text})[name]
    except SettingsInvalid as refused:
        raise refused.errors[name] from None


def set_settings(connection: Connection, texts: Mapping[str, str]) -> dict[str, Value]:
    """Change several settings at once to what the texts stand for, and return that; all of them or none.

    Times that depend on each other are looked at together. Raises `SettingUnknown` and `SettingsInvalid`.
    """
    values = check_settings(connection, texts)
    times = {name: value for name, value in values.items() if find_setting(name).home is Home.RUNTIME}
    if times:
        connection.execute(_STORE_TIMES, lock_settings(connection) | times)
    for name, value in values.items():
        if name not in times:
            connection.execute(_STORE, (name, Jsonb(value)))
    return values


def reset_setting(connection: Connection, name: str) -> Value:
    """Give a setting its default back and return that. Raises `SettingUnknown` and `SettingInvalid`."""
    setting = find_setting(name)
    if setting.home is Home.RUNTIME:
        return set_setting(connection, name, str(setting.default))
    connection.execute(_FORGET, (name,))
    return setting.default


def check_settings(connection: Connection, texts: Mapping[str, str]) -> dict[str, Value]:
    """What the texts stand for; every one that is not possible is named. Raises `SettingUnknown`, `SettingsInvalid`."""
    values: dict[str, Value] = {}
    errors: dict[str, SettingInvalid] = {}
    for name, text in texts.items():
        try:
            values[name] = find_setting(name).parse(text)
        except SettingInvalid as error:
            errors[name] = error
    if not errors and not values.keys().isdisjoint(_TIMES):
        errors = _wrong_times(lock_settings(connection), values)
    if errors:
        raise SettingsInvalid(errors)
    return values


def lock_settings(connection: Connection) -> dict[str, Value]:
    """Let nobody else change the times until the transaction ends, and return them as they are."""
    row = connection.execute(_LOCK_TIMES).fetchone()
    return {name: int(str(part)) for name, part in zip(_TIMES, row or (), strict=True)}


def _wrong_times(stored: Mapping[str, Value], values: Mapping[str, Value]) -> dict[str, SettingInvalid]:
    """The interval must be less than the timeout: those of the two that are being changed and break this."""
    wanted = {**stored, **values}
    interval, timeout = (int(wanted[name]) for name in _TIMES)
    if interval < timeout:
        return {}
    wrong = {
        "heartbeat_interval": _interval_too_long(timeout),
        "session_timeout": _timeout_too_short(interval),
    }
    return {name: wrong[name] for name in _TIMES if name in values}


def _interval_too_long(timeout: int) -> SettingInvalid:
    detail = (
        f"heartbeat_interval must be less than session_timeout, which is {timeout} seconds: "
        "raise session_timeout first, or choose a smaller value."
    )
    return SettingInvalid("heartbeat_interval", detail, {"problem": "interval_too_long", "timeout": timeout})


def _timeout_too_short(interval: int) -> SettingInvalid:
    detail = (
        f"session_timeout must be greater than heartbeat_interval, which is {interval} seconds: "
        "lower heartbeat_interval first, or choose a greater value."
    )
    return SettingInvalid("session_timeout", detail, {"problem": "timeout_too_short", "interval": interval})
