"""Makes backups, one step after the other; each is written to the catalogue before the next one begins.

So one that was killed goes on where it stopped, and nothing that was done is done twice. The steps themselves are in
`steps.py` and `archiving.py`; whoever wants a backup calls this: scripts, command line, panel, guard and worker.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from leasehold.backups import archiving, steps
from leasehold.backups.advice import advice_on
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.due import not_in_archive
from leasehold.backups.errors import BackupError
from leasehold.backups.failures import TRANSLATED, as_backup_error
from leasehold.backups.lock import only_one
from leasehold.backups.names import name_for
from leasehold.backups.places import Places
from leasehold.backups.record import write_record
from leasehold.backups.settings import BackupSettings, default_backup_settings, read_backup_settings
from leasehold.backups.states import State
from leasehold.backups.steps import Making, Say
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for

_STEPS: tuple[tuple[State, Callable[[Making], steps.Facts]], ...] = (
    (State.DUMPED, steps.dump),
    (State.VERIFIED, steps.verify),
    (State.SEALED, steps.seal),
    (State.LOCAL, steps.keep),
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far the backup came, what a person should know, and the exit status for scripts (0: as good as can be)."""

    name: str
    state: State
    warnings: tuple[str, ...]
    status: int


def create(
    configuration: Configuration, *, reason: str, by: str, say: Say, wait_seconds: float = 0, push: bool = True
) -> Outcome:
    """Make a full backup, verify it, keep it here, and (with `push`) prove that it is in the archive.

    What was interrupted before is finished first. Raises `BackupError`; nothing is left half-made then. An archive
    that cannot be used is no error: the backup is here, verified, and the outcome says so.
    """
    engine = _Engine(configuration, say)
    with only_one(engine.places, "A backup", wait_seconds=wait_seconds):
        engine.finish_interrupted()
        name = engine.plan(reason, by)
        engine.make(name)
        return engine.outcome(name, engine.push() if push else None)


def finish(configuration: Configuration, *, say: Say) -> list[Outcome]:
    """Go on with what was interrupted, and push what is not in the archive yet; an outcome for each of these.

    Raises `BackupRunning`.
    """
    engine = _Engine(configuration, say)
    with only_one(engine.places, "The end of an interrupted backup"):
        engine.finish_interrupted()
        waiting = [backup.name for backup in reversed(engine.waiting())]
        failure = engine.push()
        return [engine.outcome(name, failure) for name in waiting]


class _Engine:
    """The steps in order, on one installation, while this process holds the lock."""

    def __init__(self, configuration: Configuration, say: Say) -> None:
        self.configuration = configuration
        self.places = Places(configuration.data_dir)
        self.catalog = Catalog(self.places)
        self._say = say

    def plan(self, reason: str, by: str) -> str:
        """Begin a backup under a name that none has; where this second's is taken, the next one's."""
        taken = {backup.name for backup in self.catalog.backups()}
        while (name := name_for(datetime.now(UTC))) in taken:
            time.sleep(0.05)
        self.catalog.add(State.PLANNED, name, reason=reason, by=by)
        return name

    def make(self, name: str) -> None:
        """Bring the backup from where it is to `LOCAL`. Raises `BackupError`, which is in the catalogue then."""
        with self._failure_recorded(name):
            making = steps.prepare(self.configuration, self.catalog.find(name), self._say)
            for state, step in _STEPS:
                if self.catalog.find(name).state.reaches(state):
                    continue
                began = time.monotonic()
                facts = step(making)
                self.catalog.add(state, name, **facts, **{f"{state}_seconds": round(time.monotonic() - began, 2)})
        self._clear(name)
        self._record()

    def finish_interrupted(self) -> None:
        """What had a dump goes on; what had none is given up, since its moment has passed. No other leftovers stay."""
        for backup in reversed(self.catalog.backups()):
            if not backup.unfinished:
                continue
            if not backup.state.reaches(State.DUMPED):
                self._clear(backup.name)
                self.catalog.add("failed", backup.name, failure="It was interrupted before the database was dumped.")
                continue
            self._say(f"{backup.name} was interrupted: going on with it.")
            try:
                self.make(backup.name)
            except BackupError as error:
                self._say(f"{backup.name} could not be finished: {error.detail}")
        for left in self.places.work_directories():
            shutil.rmtree(left, ignore_errors=True)

    def waiting(self) -> list[Backup]:
        """What is yet to be proved to be in the archive, newest first."""
        return not_in_archive(self._settings(), self.catalog.backups())

    def push(self) -> BackupError | None:
        """Push and prove what is not in the archive yet, oldest first; what stands in the way is returned."""
        settings = self._settings()
        for backup in reversed(self.waiting()):
            try:
                if not backup.state.reaches(State.PUSHED):
                    self._say(f"{backup.name}: pushing it to the archive.")
                    self.catalog.add(State.PUSHED, backup.name, **archiving.push(self.places, settings, backup))
                self._say(f"{backup.name}: fetching it again, to compare every byte.")
                proved = archiving.prove(self.places, self.catalog.find(backup.name))
                self.catalog.add(State.PROVED, backup.name, **proved)
            except (BackupError, *TRANSLATED) as error:
                failure = as_backup_error(error)
                self.catalog.add("not_pushed", backup.name, push_failure=failure.detail, push_code=failure.code)
                return failure
            finally:
                self._record()
        return None

    def outcome(self, name: str, failure: BackupError | None) -> Outcome:
        """What became of the backup."""
        warnings = (*([failure.detail] if failure else []), *advice_on(self.places, self._settings()))
        return Outcome(name, self.catalog.find(name).state, warnings, failure.status if failure else 0)

    @contextmanager
    def _failure_recorded(self, name: str) -> Iterator[None]:
        try:
            yield
        except (BackupError, *TRANSLATED) as error:
            failure = as_backup_error(error)
            self._clear(name)  # first: the disk may be full
            self.catalog.add("failed", name, failure=failure.detail, code=failure.code)
            self._record()
            raise failure from error

    def _settings(self) -> BackupSettings:
        try:
            with database_for(self.configuration, Role.BACKUP).connect(application="backup") as connection:
                return read_backup_settings(connection)
        except psycopg.OperationalError:
            return default_backup_settings()

    def _record(self) -> None:
        """Tell the other programs; a database that is away or older than this does not matter."""
        try:
            with database_for(self.configuration, Role.WORKER).connect(application="backup") as connection:
                write_record(connection, self.catalog.backups(), archived=self._settings().archive is not None)
        except psycopg.Error as error:
            _log.info("the record of the newest backup was not written: %s", error)

    def _clear(self, name: str) -> None:
        shutil.rmtree(self.places.work(name), ignore_errors=True)
