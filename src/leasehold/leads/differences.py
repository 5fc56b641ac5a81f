"""Where two texts differ, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one text or of both."""

    change: Change
    text: str


def differences(before: str, after: str) -> list[Line]:
    """Every line of both texts in order; of a line that was changed the old form stands before the new one."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            lines += [Line(Change.SAME, text) for text in old[i:j]]
        else:
            lines += [Line(Change.REMOVED, text) for text in old[i:j]]
            lines += [Line(Change.ADDED, text) for text in new[k:m]]
    return lines
