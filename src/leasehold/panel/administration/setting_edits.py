"""What a form of settings asks for: only what its reader has changed, compared with what they saw and what is now."""

from collections.abc import Mapping
from dataclasses import dataclass

from leasehold.settings.kinds import Value
from leasehold.settings.registry import SETTINGS

SEEN_PREFIX = "was-"
LONGEST_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Edit:
    """One setting: what the reader saw, what is in force, what they want."""

    name: str
    seen: str
    now: str
    wanted: str

    @property
    def is_stale(self) -> bool:
        """Whether somebody else has changed it since the reader looked."""
        return self.now != self.seen


def read_edits(form: Mapping[str, str], now: Mapping[str, Value]) -> list[Edit]:
    """The settings whose field no longer says what the reader saw, in the registry's order."""
    edits = []
    for setting in SETTINGS:
        wanted = form.get(setting.name)
        seen = form.get(SEEN_PREFIX + setting.name, str(now[setting.name]))
        if wanted is not None and wanted.strip() != seen:
            edits.append(Edit(setting.name, seen, str(now[setting.name]), wanted.strip()[:LONGEST_VALUE]))
    return [edit for edit in edits if edit.wanted != edit.now]
