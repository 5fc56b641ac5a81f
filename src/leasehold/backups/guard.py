"""The guard that stands before every change: a backup, verified, or the change is refused."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from leasehold.backups import engine
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import BackupError
from leasehold.backups.names import moment_of
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection, Role, database_for

ACCEPTED: Final = "change without a backup"
"""What a person types to have a change made though no backup could be."""

_REUSED_FOR = timedelta(minutes=10)
_WAIT_SECONDS = 600
_IS_EMPTY = "SELECT to_regclass('public.audit_log') IS NULL"
_AUDITED = "SELECT count(*) FROM audit_log"
_RECORD = "SELECT audit_event('without_backup', 'backups', %s, jsonb_build_object('failure', %s::text))"
_log = logging.getLogger(__name__)


class ChangeRefused(BackupError):
    """No backup could be made, so the change was not made either; `status` is that of the backup."""

    def __init__(self, reason: str, failure: BackupError) -> None:
        super().__init__(
            "change_refused",
            f"Nothing was changed ({reason}), because no backup could be made first: {failure.detail} Mend that and "
            f"try again. Who must go on without a backup says so: “{ACCEPTED}”.",
        )
        self.reason = reason
        self.failure = failure
        self.status = failure.status


class BackupGuard:
    """Lets a change through when a verified backup holds all that was there before it.

    A backup of the last ten minutes will do where nothing audited has changed since. Where none can be made, the change
    is refused, unless `accepted` is `ACCEPTED`; that is audited in the name of `by`.
    """

    def __init__(
        self, configuration: Configuration, *, by: Actor, accepted: str = "", say: Callable[[str], None] = _log.info
    ) -> None:
        self._configuration = configuration
        self._by = by
        self._accepted = accepted.strip().rstrip(".").casefold() == ACCEPTED
        self._say = say

    def before_change(self, reason: str) -> None:
        """Return when the change may be made. Raises `ChangeRefused`."""
        try:
            if self._is_needed():
                engine.create(
                    self._configuration,
                    reason=f"before {reason}",
                    by=self._by.name,
                    say=self._say,
                    wait_seconds=_WAIT_SECONDS,
                    push=False,
                )
        except BackupError as failure:
            if not self._accepted:
                raise ChangeRefused(reason, failure) from failure
            self._record_override(reason, failure)

    def _is_needed(self) -> bool:
        with database_for(self._configuration, Role.OWNER).connect(application="guard") as connection:
            return not (_one(connection, _IS_EMPTY) or self._newest_will_do(connection))

    def _newest_will_do(self, connection: Connection) -> bool:
        for backup in Catalog(Places(self._configuration.data_dir)).backups():
            if backup.state.reaches(State.LOCAL):
                is_recent = datetime.now(UTC) - moment_of(backup.name) < _REUSED_FOR
                return is_recent and backup.facts.get("audit_rows") == _one(connection, _AUDITED)
        return False

    def _record_override(self, reason: str, failure: BackupError) -> None:
        _log.warning("a change is made without a backup: %s", reason)
        with database_for(self._configuration, Role.OWNER).connect(application="guard") as connection:
            self._by.sign(connection)
            connection.execute(_RECORD, (reason, failure.detail))


def _one(connection: Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
