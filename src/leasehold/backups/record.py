"""What every program may know of the newest backups: one row, which the engine writes and nobody decides by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from leasehold.backups.catalog import Backup
from leasehold.backups.states import State
from leasehold.kit.database import Connection

OVERDUE_SECONDS: Final = 26 * 3600
"""How old the newest good backup may be: a day, and time to make the next one."""

_READ = """
SELECT archived, begun_at, verified, verified_at, proved, proved_at, failure, failed_at,
       extract(epoch FROM clock_timestamp()
               - coalesce(CASE WHEN archived THEN proved_at ELSE verified_at END, begun_at))::double precision,
       extract(epoch FROM clock_timestamp() - coalesce(verified_at, begun_at))::double precision,
       extract(epoch FROM clock_timestamp() - coalesce(proved_at, begun_at))::double precision
  FROM backup_state
"""
_WRITE = """
UPDATE backup_state SET archived = %(archived)s, verified = %(verified)s, verified_at = %(verified_at)s,
       proved = %(proved)s, proved_at = %(proved_at)s, failure = %(failure)s, failed_at = %(failed_at)s
"""


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """`verified` names the newest backup that was restored and compared, `proved` the newest that is in the archive.

    `archived` says whether there is an archive; `failure` is the last one, where nothing has succeeded since.
    `age_seconds` is how old the newest backup is that is as good as it should be, or the installation without one; the
    others are the ages of the newest that was verified, and that was proved.
    """

    archived: bool
    begun_at: datetime
    verified: str | None
    verified_at: datetime | None
    proved: str | None
    proved_at: datetime | None
    failure: str | None
    failed_at: datetime | None
    age_seconds: float
    verified_age_seconds: float
    proved_age_seconds: float

    @property
    def is_overdue(self) -> bool:
        """Whether there should have been a newer good backup by now."""
        return self.age_seconds > OVERDUE_SECONDS


def read_record(connection: Connection) -> BackupRecord:
    """What is known."""
    row: Any = connection.execute(_READ).fetchone()
    return BackupRecord(*row)


def write_record(connection: Connection, backups: Sequence[Backup], *, archived: bool) -> None:
    """Write down what the catalogue's `backups` (newest first) say, and whether there is an archive."""
    verified = _newest(backups, State.LOCAL)
    proved = _newest(backups, State.PROVED)
    failed = next((backup for backup in backups if backup.failure is not None), None)
    if failed is not None and verified is not None and failed.name < verified.name:
        failed = None
    connection.execute(
        _WRITE,
        {
            "archived": archived,
            "verified": verified and verified.name,
            "verified_at": verified and verified.reached[State.VERIFIED],
            "proved": proved and proved.name,
            "proved_at": proved and proved.reached[State.PROVED],
            "failure": failed and failed.failure,
            "failed_at": failed and failed.reached["failed"],
        },
    )


def _newest(backups: Sequence[Backup], state: State) -> Backup | None:
    return next((backup for backup in backups if backup.state.reaches(state)), None)
