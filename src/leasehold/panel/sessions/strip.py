"""The strip of a session's heartbeats as a drawing: places and widths, and the words for who cannot see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from leasehold.licensing.heartbeat_strip import Gap, HeartbeatStrip
from leasehold.panel.durations import lasting
from leasehold.panel.locale import format_moment

WIDTH = 1000.0
_TICK = 2.0
_THINNEST_GAP = 3.0
_TOLD = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of the strip, from `x` on, as wide as `width`; `words` say what it is."""

    x: str
    width: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class DrawnStrip:
    """What the template draws. `longest` are the longest gaps for the table beneath; `words` describe all of it."""

    strip: HeartbeatStrip
    ticks: Sequence[Bar]
    gaps: Sequence[Bar]
    longest: Sequence[tuple[Gap, str]]
    words: str


def draw(strip: HeartbeatStrip) -> DrawnStrip:
    """The strip to scale, `WIDTH` wide."""
    span = max(strip.ends_at - strip.begins_at, timedelta(milliseconds=1))

    def at(moment: datetime) -> float:
        return min(max((moment - strip.begins_at) / span, 0.0), 1.0) * WIDTH

    ticks = [_bar(min(at(beat), WIDTH - _TICK), _TICK) for beat in strip.beats]
    gaps = [_bar(at(gap.begins_at), max(at(gap.ends_at) - at(gap.begins_at), _THINNEST_GAP), gap) for gap in strip.gaps]
    by_length = sorted(strip.gaps, key=lambda gap: gap.length, reverse=True)
    longest = [(gap, lasting(gap.length)) for gap in by_length[:_TOLD]]
    return DrawnStrip(strip, ticks, gaps, longest, describe(strip))


def describe(strip: HeartbeatStrip) -> str:
    """The strip in a sentence or two."""
    heard = ngettext("%(num)s heartbeat", "%(num)s heartbeats", strip.count)
    longest = strip.longest_gap
    if longest is None:
        return str(_("%(heard)s, no gap.", heard=heard))
    gaps = ngettext("%(num)s gap", "%(num)s gaps", len(strip.gaps))
    begins = format_moment(longest.begins_at)
    words = _("%(heard)s, %(gaps)s, the longest of %(length)s from %(begins)s on.")
    return str(words) % {"heard": heard, "gaps": gaps, "length": lasting(longest.length), "begins": begins}


def _bar(x: float, width: float, gap: Gap | None = None) -> Bar:
    words = "" if gap is None else f"{format_moment(gap.begins_at)}, {lasting(gap.length)}"
    return Bar(f"{x:.1f}", f"{width:.1f}", words)
