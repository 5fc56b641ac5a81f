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
    """Every volume there ever was, in order."""
    found: dict[int, Volume] = {}
    for event in events:
        facts = event.facts
        if event.step == "volume":
            number = int(facts["volume"])
            address, ssh_key = read_address(str(facts["address"])), Path(str(facts["ssh_key"]))
            found[number] = Volume(number, address, ssh_key, int(facts.get("copy", 1)))
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
    same = [volume for volume in volumes if settings.archive.numbered(volume.copy) == volume.address]
    number = volumes[-1].number + 1 if volumes else 1
    if not same or same[-1] is not volumes[-1]:
        return Use(_beginning(number, settings, settings.archive, copy=1))
    current = replace(same[-1], ssh_key=settings.ssh_key)
    if current.stored < limit:
        return Use(current, _filling(current, limit))
    if current.address.host is None:
        return Use(_beginning(number, settings, settings.archive, copy=current.copy + 1))
    return Use(current, _full(current))


def begin(catalog: Catalog, volume: Volume) -> Volume:
    """Write down that a volume was begun, where that has not been done."""
    if volume.begun:
        return volume
    catalog.add(
        "volume", volume=volume.number, address=volume.address.text, ssh_key=str(volume.ssh_key), copy=volume.copy
    )
    return replace(volume, begun=True)


def _beginning(number: int, settings: BackupSettings, archive: GitAddress, *, copy: int) -> Volume:
    return Volume(number, archive.numbered(copy), settings.ssh_key, copy, begun=False)


def _filling(volume: Volume, limit: int) -> str | None:
    if volume.stored < limit * _WARN_AT or volume.address.host is None:
        return None
    return (
        f"{volume.address.text} holds {_gib(volume.stored)} of {_gib(limit)}. Before it is full, create another empty "
        "repository for the backups that follow."
    )


def _full(volume: Volume) -> str:
    return (
        f"{volume.address.text} is full ({_gib(volume.stored)}). Create an empty repository, give it the key "
        f"{volume.ssh_key}.pub with the right to write, and set its address: `leasehold settings set backup_archive "
        "ADDRESS`. Keep the old one: it holds every backup made so far. Until then backups are still pushed to it."
    )


def _gib(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB"
