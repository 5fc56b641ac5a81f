"""Local backups are removed only where the archive is proved to have them; each that stays has its reason."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.errors import ArchiveAway, ArchiveRefused
from leasehold.backups.manifest import Manifest
from leasehold.backups.states import State
from leasehold.backups.store.repository import Repository

DRILL_AGE: Final = timedelta(days=14)


@dataclass(frozen=True)
class Verdict:
    """What became of a local backup: `freed` bytes where it was removed, else the reason why it stays."""

    name: str
    freed: int = 0
    reason: str | None = None


def bases_of_later(manifests: Sequence[Manifest], cycle_length: int) -> set[str]:
    """The backups of the running cycle that one still to come may be stored as the difference to.

    `manifests` are those of the finished backups, the newest last.
    """
    if not manifests:
        return set()
    last = manifests[-1]
    wanted = {index & (index - 1) for index in range(last.index + 1, cycle_length)}
    return {manifest.name for manifest in manifests if manifest.cycle == last.cycle and manifest.index in wanted}


def prune_local(
    repository: Repository,
    catalog: Catalog,
    *,
    keep: int,
    bases: Collection[str],
    still_there: Callable[[Backup], None],
    now: datetime,
) -> list[Verdict]:
    """Remove the local backups that may be, newest first in the answer; what others need of them stays.

    The newest `keep` stay, and `bases`. `still_there` asks the archive for a backup and raises `ArchiveRefused`. Who
    calls this holds the lock.
    """
    judge = _Judge(catalog, keep, bases, still_there, now)
    local = [backup for backup in catalog.backups() if backup.local]
    reasons = {backup.name: judge.reason(place, backup) for place, backup in enumerate(local)}
    for name, reason in reasons.items():
        if reason is None:
            catalog.add("pruned", name)
    freed = _remove(repository, catalog)
    return [Verdict(name, freed.get(name, 0), reason) for name, reason in reasons.items()]


class _Judge:
    def __init__(
        self, catalog: Catalog, keep: int, bases: Collection[str], still_there: Callable[[Backup], None], now: datetime
    ) -> None:
        self._keep = keep
        self._bases = bases
        self._still_there = still_there
        self._drilled = any(
            event.step == "drilled" and now - datetime.fromisoformat(event.at) <= DRILL_AGE
            for event in catalog.events()
        )
        self._away: str | None = None

    def reason(self, place: int, backup: Backup) -> str | None:
        """Why the backup stays, None where it may be removed. The archive is asked last, and only while it answers."""
        if place < self._keep:
            return f"It is one of the newest {self._keep}."
        if backup.state is not State.PROVED:
            return "It was never proved to be in the archive."
        if backup.name in self._bases:
            return "Backups to come are stored as the difference to it."
        if not self._drilled:
            return (
                f"No backup was restored from the archive alone within {DRILL_AGE.days} days: `leasehold backup drill` "
                "does that."
            )
        return self._away or self._asked(backup)

    def _asked(self, backup: Backup) -> str | None:
        try:
            self._still_there(backup)
        except ArchiveAway as away:
            self._away = away.detail
            return away.detail
        except ArchiveRefused as refused:
            return refused.detail
        return None


def _remove(repository: Repository, catalog: Catalog) -> dict[str, int]:
    """Remove what only removed backups have, also of those whose removal was cut short; the bytes that each freed."""
    backups = [backup for backup in catalog.backups() if "commit" in backup.facts]
    needed = {blob for backup in backups if backup.local for blob in _blobs(repository, backup)}
    return {
        backup.name: repository.remove_blobs(_blobs(repository, backup) - needed)
        for backup in backups
        if not backup.local
    }


def _blobs(repository: Repository, backup: Backup) -> set[str]:
    return set(repository.entries(str(backup.facts["commit"])).values())
