"""The catalogue: one line for each thing that ever happened to a backup, each with the hash of the line before it.

It is a file, so that it can be read while the database is gone; `catalog rebuild` makes it anew from an archive.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from leasehold.backups.errors import BackupError, BackupUnknown
from leasehold.backups.places import Places
from leasehold.backups.states import State

_STATES = frozenset(state.value for state in State)


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened to the backup `name`.

    `step` is a `State` that it has reached, or one of `failed`, `checked` (proved again), `drilled` (restored from the
    archive alone), `restored` (the installation went back to it), `pruned` (its objects are no longer here), `volume`
    (an archive was begun; it has no name).
    """

    at: str
    step: str
    name: str = ""
    facts: dict[str, Any] = {}
    previous: str = ""


@dataclass
class Backup:
    """A backup as its events left it. `facts` has what its steps said, later ones over earlier ones."""

    name: str
    state: State = State.PLANNED
    failure: str | None = None
    local: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    reached: dict[str, str] = field(default_factory=dict)

    @property
    def unfinished(self) -> bool:
        """Whether it stopped before it could be called a backup, and has not been given up."""
        return not self.state.reaches(State.LOCAL) and self.failure is None

    def take(self, event: Event) -> None:
        """Become what the event says."""
        self.reached[event.step] = event.at
        self.facts |= event.facts
        if event.step == "failed":
            self.failure = str(event.facts.get("failure", ""))
        elif event.step == "pruned":
            self.local = False
        elif event.step in _STATES:
            self.state = max(self.state, State(event.step), key=lambda state: state.rank)
            self.failure = None
            self.local = self.local or event.step == State.LOCAL


class Catalog:
    """The catalogue of one installation. Who adds to it holds the lock (`lock.only_one`)."""

    def __init__(self, places: Places) -> None:
        self._path = places.catalog

    def add(self, step: str, name: str = "", **facts: Any) -> None:
        """Write down, for good, that `step` happened; `facts` is what is to be remembered of it."""
        lines = self._whole_lines()
        previous = _hash(lines[-1]) if lines else ""
        event = Event(datetime.now(UTC).isoformat(timespec="milliseconds"), str(step), name, facts, previous)
        _write(self._path, [msgspec.json.encode(event)], keep=sum(len(line) + 1 for line in lines))

    def events(self) -> Iterator[Event]:
        """Everything that happened, oldest first. Raises `BackupError` where a line was changed or removed."""
        previous = ""
        for number, line in enumerate(self._whole_lines(), 1):
            try:
                event = msgspec.json.decode(line, type=Event)
            except msgspec.MsgspecError:
                raise self._damaged(number) from None
            if event.previous != previous:
                raise self._damaged(number)
            yield event
            previous = _hash(line)

    def backups(self) -> list[Backup]:
        """Every backup there ever was, newest first."""
        found: dict[str, Backup] = {}
        for event in self.events():
            if event.name:
                found.setdefault(event.name, Backup(event.name)).take(event)
        return sorted(found.values(), key=lambda backup: backup.name, reverse=True)

    def find(self, name: str) -> Backup:
        """The backup called `name`. Raises `BackupUnknown`."""
        for backup in self.backups():
            if backup.name == name:
                return backup
        raise BackupUnknown(name)

    def replace(self, events: Iterable[Event]) -> None:
        """Begin anew with `events`, whose order is kept and whose hashes are made here."""
        lines: list[bytes] = []
        for event in events:
            previous = _hash(lines[-1]) if lines else ""
            lines.append(msgspec.json.encode(msgspec.structs.replace(event, previous=previous)))
        draft = self._path.with_suffix(".new")
        _write(draft, lines, keep=0)
        draft.replace(self._path)

    def _whole_lines(self) -> list[bytes]:
        """A line that a crash cut off never happened."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return []
        return data[: data.rfind(b"\n") + 1].splitlines()

    def _damaged(self, number: int) -> BackupError:
        return BackupError(
            "catalog_damaged",
            f"{self._path} is not what was written (line {number}): make it anew from the archive with "
            "`leasehold backup catalog rebuild --from ARCHIVE`.",
        )


def _write(path: Path, lines: list[bytes], *, keep: int) -> None:
    """Write `lines` behind the first `keep` bytes, safely."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        data = b"".join(line + b"\n" for line in lines)
        os.pwrite(descriptor, data, keep)
        os.ftruncate(descriptor, keep + len(data))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hash(line: bytes) -> str:
    return sha256(line).hexdigest()
