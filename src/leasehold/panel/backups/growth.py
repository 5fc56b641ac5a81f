"""How the archive has grown, drawn without a script: a line to scale, and the same as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from leasehold.backups.catalog import Event
from leasehold.backups.names import moment_of
from leasehold.backups.states import State

WIDTH: Final = 1000
HEIGHT: Final = 160
_TOP: Final = 8
_MOST_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class GrowthRow:
    """A backup in the archive: when it began, the bytes that it added, the bytes that were there then."""

    at: datetime
    added: int
    together: int


@dataclass(frozen=True, slots=True)
class DrawnGrowth:
    """`points` are those of the line, empty with fewer than two backups; `rows` are the newest, the newest first."""

    points: str
    rows: Sequence[GrowthRow]


def draw_growth(events: Iterable[Event]) -> DrawnGrowth:
    """The growth that the catalogue's `events` (oldest first) tell of."""
    rows: list[GrowthRow] = []
    for event in events:
        if event.step == State.PUSHED:
            added = int(event.facts.get("archived_bytes", 0))
            rows.append(GrowthRow(moment_of(event.name), added, added + (rows[-1].together if rows else 0)))
    return DrawnGrowth(_points(rows), rows[: -_MOST_ROWS - 1 : -1])


def _points(rows: Sequence[GrowthRow]) -> str:
    if len(rows) < 2:
        return ""
    begins_at = rows[0].at
    across = WIDTH / ((rows[-1].at - begins_at).total_seconds() or 1)
    up = (HEIGHT - _TOP) / (rows[-1].together or 1)
    places = (((row.at - begins_at).total_seconds() * across, HEIGHT - row.together * up) for row in rows)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
