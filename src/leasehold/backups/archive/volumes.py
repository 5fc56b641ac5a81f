"""Volumes: an archive goes on in a new repository before one becomes too large for its host.

The catalogue says it all: the event `volume` begins one, `pushed` adds to it. A volume that is full is only read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from leasehold.backups.catalog import Catalog, Event
from leasehold.backups.settings import BackupSettings
from leasehold.backups.states import State
from leasehold.kit.git_address import GitAddress, read_address

VOLUME_BYTES: Final = 4 * 1024**3
_WARN_AT: Final = 0.7


@dataclass(frozen=True)
class Volume:
    """A repository of the archive: `last` is the commit last pushed there, `stored` the bytes that it holds.

    `copy` counts the directories that a local archive has gone on in. `begun` says that it stands in the catalogue; a
    backup that opens a new one must stand alone, as the first of a cycle.
    """

    number: int
    address: GitAddress
    ssh_key: Path
    copy: int = 1
    last: str | None = None
    stored: int = 0
    begun: bool = True


@dataclass(frozen=True)
class Use:
    """The volume that the next backup is pushed to, with what an operator should know about it."""

    volume: Volume
    warning: str | None = None


def volumes_of(events: Iterable[Event]) -> list[Volume]:
    """Every volume there ever was, in order. One that is gone back to later begins where it was left."""
    found: dict[int, Volume] = {}
    for event in events:
        facts = event.facts
        if event.step == "volume":
            address, ssh_key = read_address(str(facts["address"])), Path(str(facts["ssh_key"]))
            volume = Volume(int(facts["volume"]), address, ssh_key, int(facts.get("copy", 1)))
            found[volume.number] = _as_left(volume, list(found.values()))
        elif event.step == State.PUSHED and facts.get("volume") in found:
            number = int(facts["volume"])
            stored = found[number].stored + int(facts.get("archived_bytes", 0))
            found[number] = replace(found[number], last=str(facts["archived"]), stored=stored)
    return [found[number] for number in sorted(found)]


def volume_to_use(events: Iterable[Event], settings: BackupSettings, *, limit: int = VOLUME_BYTES) -> Use | None:
    """The volume for the next backup, None where there is no archive.

    A changed address begins a new volume, and so does a full one on this machine, in a directory beside it.
    """
    if settings.archive is None:
        return None
    volumes = volumes_of(events)
    current = volumes[-1] if volumes else None
    same = [volume for volume in volumes if settings.archive.numbered(volume.copy) == volume.address]
    if current is None or current not in same:
        current = _new(volumes, settings.archive, settings.ssh_key, copy=same[-1].copy if same else 1)
    if current.stored >= limit and current.address.host is None:
        current = _new(volumes, settings.archive, settings.ssh_key, copy=current.copy + 1)
    return Use(replace(current, ssh_key=settings.ssh_key), _warning(current, limit))


def begin(catalog: Catalog, volume: Volume) -> Volume:
    """Write down that a volume was begun, where that has not been done."""
    if volume.begun:
        return volume
    catalog.add(
        "volume", volume=volume.number, address=volume.address.text, ssh_key=str(volume.ssh_key), copy=volume.copy
    )
    return replace(volume, begun=True)


def _new(volumes: list[Volume], archive: GitAddress, ssh_key: Path, *, copy: int) -> Volume:
    number = volumes[-1].number + 1 if volumes else 1
    return _as_left(Volume(number, archive.numbered(copy), ssh_key, copy, begun=False), volumes)


def _as_left(volume: Volume, earlier: list[Volume]) -> Volume:
    for other in reversed(earlier):
        if other.address == volume.address:
            return replace(volume, last=other.last, stored=other.stored)
    return volume


def _warning(volume: Volume, limit: int) -> str | None:
    if volume.address.host is None or volume.stored < limit * _WARN_AT:
        return None
    if volume.stored < limit:
        return (
            f"{volume.address.text} holds {_gib(volume.stored)} of {_gib(limit)}. Before it is full, create another "
            "empty repository for the backups that follow."
        )
    return (
        f"{volume.address.text} is full ({_gib(volume.stored)}). Create an empty repository, give it the key "
        f"{volume.ssh_key}.pub with the right to write, and set its address: `leasehold settings set backup_archive "
        "ADDRESS`. Keep the old one: it holds every backup made so far. Until then backups are still pushed to it."
    )


def _gib(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB"
