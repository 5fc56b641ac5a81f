"""What a restore's steps and outcome are called."""

from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.backups.restore.state import RestoreState, Step

_STEPS: Final[dict[Step, LazyString]] = {
    Step.UNPACKING: _("The backup is unpacked, and every piece of it proved"),
    Step.CHECKING: _("Its versions are looked at"),
    Step.LOADING: _("A new database is made of it"),
    Step.COMPARING: _("Every table is compared with what it was"),
    Step.PREPARING: _("The new database is brought up to date"),
    Step.SWITCHING: _("What was closed since the backup is closed again"),
    Step.SWITCHED: _("The databases are swapped"),
    Step.DONE: _("Done"),
}
_DOORS: Final[dict[str, LazyString]] = {
    "revoked API keys": _("API keys that had been revoked since stay revoked"),
    "disabled people": _("People who had been disabled since stay disabled"),
    "used set-up links": _("Set-up links that had been used since stay used"),
    "used recovery codes": _("People whose recovery codes had been used since"),
    "blocked devices": _("Devices that had been blocked since stay blocked"),
    "sent reminders": _("Licenses that reminders had been sent about since: they are not sent again"),
    "erased people": _("People who had been erased since are erased again"),
}


@dataclass(frozen=True, slots=True)
class StepInWords:
    """A step of a restore for its reader."""

    step: Step
    words: LazyString

    def done(self, state: RestoreState) -> bool:
        """Whether the restore is past it."""
        order = list(_STEPS)
        return state.step in order and order.index(self.step) < order.index(state.step)


def restore_steps() -> list[StepInWords]:
    """All steps, in order."""
    return [StepInWords(step, words) for step, words in _STEPS.items()]


def door_words(kind: str) -> str:
    """What was carried over, said to people."""
    return str(_DOORS.get(kind, kind))
