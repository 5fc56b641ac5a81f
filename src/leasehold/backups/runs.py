"""Runs: backup commands that were started for a person, each a process of its own that outlives who started it.

Each has a file: who wanted what, all that it said, at last how it ended.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from leasehold.backups.detached import is_written, start_detached
from leasehold.backups.places import Places
from leasehold.embedded.program import leasehold_command
from leasehold.kit.actor import ON_BEHALF_OF
from leasehold.kit.configuration import Configuration

_KEPT: Final = 100
_READ_BYTES: Final = 64 * 1024
_ENDED: Final = "ended with status "


class _Order(msgspec.Struct, frozen=True):
    """The first line of a run's file."""

    arguments: tuple[str, ...]
    by: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """`arguments` stand behind `leasehold backup`; `said` are its last lines; `by` is an actor of the audit log.

    `status` is the exit status; None while it goes on, and where it was cut off with the machine.
    """

    arguments: tuple[str, ...]
    by: str
    began_at: datetime
    goes_on: bool
    ended_at: datetime | None
    status: int | None
    said: tuple[str, ...]

    @property
    def verb(self) -> str:
        """What is done: `create`, `verify`, …"""
        return self.arguments[0]


def start(configuration: Configuration, *arguments: str, by: str) -> None:
    """Begin `leasehold backup` with these arguments, in the name of `by`, and return at once."""
    runs = Places(configuration.data_dir).runs
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    _forget_oldest(runs)
    path = runs / f"{now:%Y%m%d_%H%M%S_%f}.log"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, msgspec.json.encode(_Order(arguments, by, now)) + b"\n")
        environment = {**configuration.as_environment(), ON_BEHALF_OF: by}
        start_detached(leasehold_command("backup", *arguments), environment, descriptor, ended=_ENDED)
    finally:
        os.close(descriptor)


def list_runs(places: Places, *, most: int) -> list[Run]:
    """The latest runs, the newest first."""
    paths = sorted(places.runs.glob("*.log"), reverse=True)[:most]
    return [run for path in paths if (run := _read(path)) is not None]


def _read(path: Path) -> Run | None:
    """None for a file that was not begun properly, or has just been removed."""
    try:
        with path.open("rb") as file:
            goes_on = is_written(file.fileno())
            order = msgspec.json.decode(file.readline(), type=_Order)
            file.seek(max(file.tell(), path.stat().st_size - _READ_BYTES))
            said = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
            changed_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    status = int(said.pop().removeprefix(_ENDED)) if said and said[-1].startswith(_ENDED) else None
    goes_on = goes_on and status is None
    return Run(order.arguments, order.by, order.began_at, goes_on, None if goes_on else changed_at, status, tuple(said))


def _forget_oldest(runs: Path) -> None:
    for path in sorted(runs.glob("*.log"), reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)
