"""How an archive grows, and how long its volume will last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from leasehold.backups.archive.volumes import VOLUME_BYTES
from leasehold.backups.catalog import Event
from leasehold.backups.names import moment_of
from leasehold.backups.states import State

# Two cycles of daily backups, so that the large first ones of a cycle count as often as they come.
_WINDOW: Final = timedelta(days=64)
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Growth:
    """Bytes in the whole archive and in its last volume, how many backups those are, and what a day adds.

    `bytes_a_day` and `days_left` until the volume is full are None as long as there is too little to tell from.
    """

    backups: int
    stored: int
    in_volume: int
    bytes_a_day: float | None
    days_left: float | None


def growth_of(events: Iterable[Event], *, limit: int = VOLUME_BYTES) -> Growth | None:
    """The growth of the archive as the catalogue tells it, None where nothing was pushed yet."""
    pushes = [event for event in events if event.step == State.PUSHED]
    if not pushes:
        return None
    in_volume = sum(_size(event) for event in pushes if event.facts["volume"] == pushes[-1].facts["volume"])
    rate = _rate(pushes)
    return Growth(
        backups=len({event.name for event in pushes}),
        stored=sum(map(_size, pushes)),
        in_volume=in_volume,
        bytes_a_day=rate,
        days_left=max(limit - in_volume, 0) / rate if rate else None,
    )


def _rate(pushes: list[Event]) -> float | None:
    last = moment_of(pushes[-1].name)
    recent = [event for event in pushes if last - moment_of(event.name) <= _WINDOW]
    span = last - moment_of(recent[0].name)
    if span < _A_DAY:
        return None
    return sum(map(_size, recent[1:])) / (span / _A_DAY)


def _size(event: Event) -> int:
    return int(event.facts.get("archived_bytes", 0))
