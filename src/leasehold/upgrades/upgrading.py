"""`leasehold upgrade`, run by the old program: one step after the other, each written down before it begins.

1. Install the new release beside the old one (`installing`).
2. Make a full backup, which holds the new release's wheels as well.
3. Let the new release bring the schema up to date, while the old one may serve (expand, then contract).
4. Try the new release on it (`trial`).
5. Let the link lead to the new release, and have a running `leasehold up` start again from there.

Whatever fails is undone at once (`undoing`); who was killed is followed by the next call: until the new release has
been tried what was begun is undone, from then on it is finished.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leasehold import __version__
from leasehold.backups import engine
from leasehold.backups.restore.database_server import server_of
from leasehold.embedded.running import Running, what_runs
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.releases import Releases
from leasehold.migrations.state import schema_state
from leasehold.upgrades.commands import of_release, run
from leasehold.upgrades.errors import UpgradeRefused
from leasehold.upgrades.installing import install
from leasehold.upgrades.lock import only_one
from leasehold.upgrades.restarting import restart
from leasehold.upgrades.saying import Say
from leasehold.upgrades.state import Step, Upgrade, forget_upgrade, read_upgrade, write_upgrade
from leasehold.upgrades.trial import try_release
from leasehold.upgrades.undoing import undo
from leasehold.upgrades.wanted import Wanted

_WAIT_FOR_BACKUP_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Outcome:
    """What runs from now on: its version, and where to start it. `restarted` tells that it was."""

    version: str
    program: Path
    restarted: bool


def upgrade(
    configuration: Configuration,
    wanted: Wanted,
    *,
    wheelhouse: Path | None = None,
    may_restart: bool = False,
    by: str,
    say: Say,
) -> Outcome:
    """Upgrade to `wanted`. Where `leasehold up` runs, `may_restart` is needed.

    Raises `UpgradeRefused`, `BackupError`, `ConfigurationError` and `psycopg.Error`; the old program goes on then.
    """
    releases = Releases(configuration.data_dir)
    with only_one(releases):
        _settle(configuration, by=by, say=say)
        running = what_runs(configuration.data_dir)
        _check(releases, wanted, running, may_restart=may_restart)
        upgrading = _Upgrading(configuration, wanted, running, by, say)
        try:
            return upgrading.to_the_end(wheelhouse)
        except BaseException as error:
            upgrading.give_up(error)
            raise


def settle(configuration: Configuration, *, by: str, say: Say) -> bool:
    """Undo or finish an upgrade that was interrupted; False where there is none."""
    with only_one(Releases(configuration.data_dir)):
        return _settle(configuration, by=by, say=say)


class _Upgrading:
    """One upgrade, while this process holds the lock."""

    def __init__(
        self, configuration: Configuration, wanted: Wanted, running: Running | None, by: str, say: Say
    ) -> None:
        self._configuration = configuration
        self._releases = Releases(configuration.data_dir)
        self._wanted = wanted
        self._running = running
        self._by = by
        self._say = say
        alone = configuration.embedded and running is None
        self._state = Upgrade(wanted.version, str(_own_environment()), alone)

    def to_the_end(self, wheelhouse: Path | None) -> Outcome:
        """All steps in order."""
        self._reach(Step.INSTALLING, f"Leasehold {self._wanted.version} is installed beside {__version__}.")
        install(self._configuration, self._wanted, wheelhouse)
        with server_of(self._configuration):
            self._change_the_database()
        self._reach(Step.SWITCHING, f"{self._releases.current} leads to {self._wanted.version} from now on.")
        finish(self._releases, self._state)
        if self._running is not None:
            self._reach(Step.RESTARTING, "`leasehold up` starts again as the new release.")
            restart(self._configuration.data_dir, self._running, self._wanted.version)
        forget_upgrade(self._releases)
        return Outcome(
            self._wanted.version, self._releases.current / "bin" / "leasehold", restarted=self._running is not None
        )

    def give_up(self, error: BaseException) -> None:
        """Undo what was done; what cannot be undone now is left to the next call, which is said."""
        self._say(f"{str(error) or type(error).__name__} What was done is undone.")
        try:
            undo(self._configuration, self._state, by=self._by, say=self._say)
        except Exception as failure:
            detail = f"{error} It could not be undone yet ({failure}): mend that, then run `leasehold upgrade`."
            raise UpgradeRefused("upgrade_not_undone", detail) from failure
        if self._running is not None:
            self._go_back_to_running()

    def _go_back_to_running(self) -> None:
        """What cannot be started again is said, and does not hide why the upgrade has failed."""
        now = what_runs(self._configuration.data_dir)
        try:
            if now is not None and now.version == self._wanted.version:
                restart(self._configuration.data_dir, now, __version__)
                return
        except UpgradeRefused as failure:
            self._say(failure.detail)
            now = None
        if now is None:
            self._say(f"`leasehold up` no longer runs: start {self._state.previous}/bin/leasehold up.")

    def _change_the_database(self) -> None:
        environment = self._releases.environment(self._wanted.version)
        schema = schema_state(database_for(self._configuration, Role.OWNER)).current
        self._reach(Step.SAVING, "A backup is made.", schema=schema)
        outcome = engine.create(
            self._configuration,
            reason=f"before the upgrade to {self._wanted.version}",
            by=self._by,
            say=self._say,
            wait_seconds=_WAIT_FOR_BACKUP_SECONDS,
            push=False,
        )
        self._reach(Step.MIGRATING, "The schema is brought up to date.", backup=outcome.name)
        run("The migration", of_release(environment, "migrate"), self._configuration.as_environment())
        self._reach(Step.TRYING, "The new release is tried.")
        try_release(self._configuration, environment)

    def _reach(self, step: Step, sentence: str, **facts: object) -> None:
        self._state = msgspec.structs.replace(self._state, step=step, **facts)
        write_upgrade(self._releases, self._state)
        self._say(sentence)


def finish(releases: Releases, state: Upgrade) -> None:
    """Let the new release be the one that runs; of the others, the one before it stays."""
    os.sync()  # all of the new release, before anything depends on it
    releases.point_to(releases.environment(state.version))
    for other in releases.root.iterdir():
        is_release = other.is_dir() and not other.is_symlink()
        if is_release and other.name != state.version and not Path(state.previous).is_relative_to(other.resolve()):
            shutil.rmtree(other, ignore_errors=True)


def _settle(configuration: Configuration, *, by: str, say: Say) -> bool:
    releases = Releases(configuration.data_dir)
    interrupted = read_upgrade(releases)
    if interrupted is None:
        return False
    if interrupted.step.reaches(Step.SWITCHING):
        say(f"The interrupted upgrade to {interrupted.version} is finished: start {releases.current}/bin/leasehold.")
        finish(releases, interrupted)
        running = what_runs(configuration.data_dir)
        if running is not None and running.version != interrupted.version:
            say("`leasehold up` starts again as the new release.")
            restart(configuration.data_dir, running, interrupted.version)
        forget_upgrade(releases)
    else:
        say(f"The interrupted upgrade to {interrupted.version} is undone.")
        undo(configuration, interrupted, by=by, say=say)
    return True


def _own_environment() -> Path:
    return Path(sys.prefix).resolve()


def _check(releases: Releases, wanted: Wanted, running: Running | None, *, may_restart: bool) -> None:
    current = releases.current_environment()
    if current is not None and current != _own_environment():
        raise UpgradeRefused(
            "old_program",
            f"This is Leasehold {__version__} in {_own_environment()}, and the installation runs from {current}: use "
            f"{releases.current}/bin/leasehold. Nothing was changed.",
        )
    if wanted.version == __version__:
        raise UpgradeRefused("release_unknown", f"Leasehold {__version__} is what runs already. Nothing was changed.")
    if releases.release(wanted.version).exists():
        raise UpgradeRefused(
            "release_kept",
            f"{releases.release(wanted.version)} is there already, perhaps as the one to go back to (docs/upgrading.md "
            "says how): remove it where nobody needs it, then try again. Nothing was changed.",
        )
    if running is not None and not may_restart:
        raise UpgradeRefused(
            "leasehold_runs",
            f"`leasehold up` runs (process {running.pid}): stop it first, or have it started again by --restart, which "
            "takes some seconds and ends no session. Nothing was changed.",
        )
