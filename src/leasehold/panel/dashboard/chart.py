"""Activity over time, drawn without a script: a line to scale, and the same as a table of hours or days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from leasehold.operations.activity import ActivitySeries, Span

WIDTH = 1000
HEIGHT = 160
_TOP = 8
SPANS = {"day": Span.DAY, "month": Span.MONTH}
# How many samples make one row of the table: an hour of minutes, a day of hours.
_OF_A_ROW = {Span.DAY: 60, Span.MONTH: 24}


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An hour or a day: from when on, the most live sessions, the heartbeats; None where there is no sample."""

    begins_at: datetime
    peak: int | None
    heartbeats: int | None


@dataclass(frozen=True, slots=True)
class DrawnActivity:
    """What the template draws: `lines` are the points of each unbroken piece, `peak` is the height of all."""

    lines: Sequence[str]
    peak: int | None
    rows: Sequence[ActivityRow]


def draw_activity(series: ActivitySeries, span: Span) -> DrawnActivity:
    """The series to scale, with a hole wherever nobody took a sample."""
    peaks = [value for value in series.sessions_peak if value is not None]
    return DrawnActivity(_lines(series.sessions_peak), max(peaks, default=None), _rows(series, _OF_A_ROW[span]))


def _lines(values: Sequence[int | None]) -> list[str]:
    top = max((value for value in values if value is not None), default=0) or 1
    step = WIDTH / max(len(values) - 1, 1)

    def point(place: int, value: int | None) -> str:
        return f"{place * step:.1f},{HEIGHT - (value or 0) * (HEIGHT - _TOP) / top:.1f}"

    pieces = groupby(enumerate(values), key=lambda pair: pair[1] is None)
    return [" ".join(_wide([point(*pair) for pair in piece])) for is_hole, piece in pieces if not is_hole]


def _wide(points: list[str]) -> list[str]:
    """A line needs two points: a single sample is one that goes nowhere, which a round end makes visible."""
    return points * 2 if len(points) == 1 else points


def _rows(series: ActivitySeries, size: int) -> list[ActivityRow]:
    """Newest first."""
    rows = []
    for start in range(0, len(series.at), size):
        peaks = [value for value in series.sessions_peak[start : start + size] if value is not None]
        beats = [value for value in series.heartbeats[start : start + size] if value is not None]
        begins_at = datetime.fromtimestamp(series.at[start], UTC)
        rows.append(ActivityRow(begins_at, max(peaks, default=None), sum(beats) if beats else None))
    return rows[::-1]
