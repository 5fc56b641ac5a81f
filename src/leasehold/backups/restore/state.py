"""What a restore is doing, in a file: the database that it replaces cannot keep that."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from leasehold.backups.errors import BackupError
from leasehold.backups.places import Places


class Step(StrEnum):
    """What a restore does, in order, and how it can end. Up to `SWITCHING` the installation goes on as it was."""

    UNPACKING = "unpacking"
    CHECKING = "checking"
    LOADING = "loading"
    COMPARING = "comparing"
    PREPARING = "preparing"
    SWITCHING = "switching"
    SWITCHED = "switched"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self in {Step.DONE, Step.FAILED}


class Carried(msgspec.Struct, frozen=True):
    """Doors that had been closed since the backup and stay closed: of which kind, and what people call each."""

    kind: str
    names: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What a restore has done, or, after a dry run, would do.

    `previous` is the database that was replaced, under its new name; None where there was none. `carried` are the
    doors that stay closed, `files` the files that were put back, `differing` those of the machine that are not what
    they were and were left alone. `notes` are sentences that a person should read.
    """

    backup: str
    dry_run: bool
    database: str
    previous: str | None
    schema: int
    migrated_from: int | None
    tables: int
    rows: int
    carried: tuple[Carried, ...] = ()
    files: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class RestoreState(msgspec.Struct, frozen=True):
    """How far the restore of the backup `name` is. `database` is replaced by `new`, and kept as `previous`.

    `since` is when its step began, `pid` its process, `failure` why it has failed.
    """

    name: str
    actor: str
    dry_run: bool
    database: str
    new: str
    previous: str
    pid: int
    step: Step = Step.UNPACKING
    since: str = ""
    failure: str | None = None
    outcome: Outcome | None = None


class Journal:
    """The file that a restore writes, whole, at each step; `say` hears of each as well."""

    def __init__(self, places: Places, state: RestoreState, say: Callable[[str], None]) -> None:
        self._path = places.restoring
        self.say = say
        self.state = state

    def reach(self, step: Step, sentence: str, *, outcome: Outcome | None = None) -> None:
        """Write down, for good, that `step` has begun, and say so."""
        self._write(step=step, outcome=outcome or self.state.outcome)
        self.say(sentence)

    def fail(self, reason: str) -> None:
        """Write down why it has ended before its end."""
        self._write(step=Step.FAILED, failure=reason, outcome=None)

    def _write(self, **changes: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.state = msgspec.structs.replace(self.state, since=now, pid=os.getpid(), **changes)
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(self.state), indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def read_state(places: Places) -> RestoreState | None:
    """What the last restore on this machine is doing, or did; None where there never was one."""
    try:
        return msgspec.json.decode(places.restoring.read_bytes(), type=RestoreState)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise BackupError(
            "restore_state_damaged",
            f"{places.restoring} is damaged: look whether the database is as you want it, then remove that file.",
        ) from error
