"""How a backup stands to those before it: what may be stored as a difference to what.

Backups come in cycles of 32. The first of a cycle is stored without differences; number `n` after it as the difference
to number `n & (n - 1)`, so that no chain of differences is longer than five.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.errors import BackupError
from leasehold.backups.manifest import Manifest, read_manifest
from leasehold.backups.places import Places
from leasehold.backups.states import State

CYCLE: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backup stands: the cycle's number, and its own in the cycle, both from 0."""

    cycle: int
    index: int


def earlier_manifests(places: Places) -> list[Manifest]:
    """The manifests of the backups that are finished, oldest first: those that a new one may refer to."""
    finished = [backup for backup in Catalog(places).backups() if backup.state.reaches(State.LOCAL)]
    return [_manifest(places, backup) for backup in reversed(finished[: 2 * CYCLE])]


def next_place(
    earlier: list[Manifest], recipients: tuple[str, ...], stored: Mapping[str, int], *, alone: bool
) -> Place:
    """Where the next backup stands behind `earlier`; `stored` says how many bytes each of them has added.

    A new cycle begins where one is full, where other keys are to open what is new, where the differences weigh more
    than storing everything anew would, and where the next backup has to stand `alone`.
    """
    if not earlier:
        return Place(0, 0)
    last = earlier[-1]
    first, *others = (stored.get(manifest.name, 0) for manifest in earlier if manifest.cycle == last.cycle)
    if alone or last.index + 1 >= CYCLE or last.recipients != recipients or sum(others) > first:
        return Place(last.cycle + 1, 0)
    return Place(last.cycle, last.index + 1)


def _manifest(places: Places, backup: Backup) -> Manifest:
    try:
        return read_manifest(places.manifest(backup.name).read_bytes())
    except FileNotFoundError:
        raise BackupError(
            "manifest_missing",
            f"What is in {backup.name} is not known here any more: make the catalogue anew from the archive with "
            "`leasehold backup catalog rebuild --from ARCHIVE`.",
        ) from None
