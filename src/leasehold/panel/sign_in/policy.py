"""What the settings say about signing in."""

from dataclasses import dataclass
from datetime import timedelta

from leasehold.panel.settings_in_force import settings_in_force
from leasehold.staff.sessions import Lifetimes


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether everybody needs a second factor, and how long sessions last."""

    second_factor_required: bool
    lifetimes: Lifetimes


def policy() -> Policy:
    """What holds now."""
    values = settings_in_force()
    return Policy(
        values["second_factor_required"] == "on",
        Lifetimes(
            timedelta(hours=int(values["session_hours"])), timedelta(minutes=int(values["session_idle_minutes"]))
        ),
    )
