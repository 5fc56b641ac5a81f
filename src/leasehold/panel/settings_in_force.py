"""The settings as pages need them: read again every few seconds, so that not every page asks for them."""

import time
from collections.abc import Mapping

import psycopg
from flask import current_app
from sqlalchemy.exc import DBAPIError

from leasehold.kit.orm import driver_connection
from leasehold.panel.context import db, finish
from leasehold.settings.kinds import Value
from leasehold.settings.service import read_all

_EXTENSION = "leasehold.settings"
_FRESH_SECONDS = 3.0


def settings_in_force() -> Mapping[str, Value]:
    """Every setting by its name; a change is seen within seconds, one made in this process at once."""
    read_at, known = current_app.extensions.get(_EXTENSION, (float("-inf"), None))
    if known is None or time.monotonic() - read_at > _FRESH_SECONDS:
        known = read_all(driver_connection(db()))
        current_app.extensions[_EXTENSION] = (time.monotonic(), known)
    found: Mapping[str, Value] = known
    return found


def last_known_settings() -> Mapping[str, Value] | None:
    """The same as they were read last, however long ago; None where the database has been away ever since the start."""
    if _EXTENSION not in current_app.extensions:
        try:
            return settings_in_force()
        except (DBAPIError, psycopg.Error):
            finish(keep=False)
            return None
    known: Mapping[str, Value] = current_app.extensions[_EXTENSION][1]
    return known


def forget_settings() -> None:
    """Read the settings again at the next request."""
    current_app.extensions.pop(_EXTENSION, None)
