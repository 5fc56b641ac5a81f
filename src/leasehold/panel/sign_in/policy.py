"""What the settings say about signing in, read again every few seconds."""

import time
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app

from leasehold.kit.orm import driver_connection
from leasehold.panel.context import db
from leasehold.settings.service import read_all
from leasehold.staff.sessions import Lifetimes

_EXTENSION = "leasehold.policy"
_FRESH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether everybody needs a second factor, and how long sessions last."""

    second_factor_required: bool
    lifetimes: Lifetimes


def policy() -> Policy:
    """What holds now; a change is seen within seconds."""
    read_at, known = current_app.extensions.get(_EXTENSION, (float("-inf"), None))
    if known is None or time.monotonic() - read_at > _FRESH_SECONDS:
        known = _read()
        current_app.extensions[_EXTENSION] = (time.monotonic(), known)
    found: Policy = known
    return found


def forget_policy() -> None:
    """Read the settings again at the next request."""
    current_app.extensions.pop(_EXTENSION, None)


def _read() -> Policy:
    values = read_all(driver_connection(db()))
    return Policy(
        values["second_factor_required"] == "on",
        Lifetimes(
            timedelta(hours=int(values["session_hours"])), timedelta(minutes=int(values["session_idle_minutes"]))
        ),
    )
