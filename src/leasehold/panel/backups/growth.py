"""How the archive has grown and will grow: a line to scale, drawn without a script, and what a year costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from leasehold.backups.catalog import Backup
from leasehold.backups.names import moment_of

WIDTH: Final = 1000
HEIGHT: Final = 160
_TOP: Final = 8
_LOOK_BACK: Final = timedelta(days=60)
_YEAR: Final = timedelta(days=365)
_SHORTEST: Final = timedelta(days=2)
_MOST_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class Growth:
    """`points` are those of the drawn line, empty with fewer than two backups; `rows` name the newest backups first.

    Sizes are in bytes; `a_year` is None before two days have passed, since nobody could tell by less.
    """

    points: str
    total: int
    a_year: int | None
    rows: Sequence[tuple[datetime, int, int]]
    """When, what it added, what was there then."""


def growth_of(backups: Sequence[Backup]) -> Growth:
    """The growth that the catalogue's backups (newest first) tell of."""
    rows = []
    total = 0
    for backup in reversed(backups):
        added = backup.facts.get("stored_bytes")
        if added is not None:
            total += int(added)
            rows.append((moment_of(backup.name), int(added), total))
    return Growth(_points(rows), total, _forecast(rows), rows[: -_MOST_ROWS - 1 : -1])


def _points(rows: Sequence[tuple[datetime, int, int]]) -> str:
    if len(rows) < 2:
        return ""
    first, last = rows[0][0], rows[-1][0]
    width, top = (last - first) / timedelta(seconds=1) or 1, rows[-1][2] or 1
    return " ".join(
        f"{(at - first).total_seconds() * WIDTH / width:.1f},{HEIGHT - total * (HEIGHT - _TOP) / top:.1f}"
        for at, _added, total in rows
    )


def _forecast(rows: Sequence[tuple[datetime, int, int]]) -> int | None:
    """What the latest backups have added, in a year of such; the first stands for what was there already."""
    latest = [row for row in rows if row[0] >= rows[-1][0] - _LOOK_BACK]
    if not latest or latest[-1][0] - latest[0][0] < _SHORTEST:
        return None
    return round((latest[-1][2] - latest[0][2]) * (_YEAR / (latest[-1][0] - latest[0][0])))
