"""The backup of the day, and every week a drill."""

from leasehold.backups import days, engine
from leasehold.backups.drill import drill, drill_is_due
from leasehold.backups.due import current_day
from leasehold.backups.engine import Outcome
from leasehold.backups.errors import BackupError
from leasehold.backups.steps import Say
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for

_WAIT_SECONDS = 600


def ensure_daily(configuration: Configuration, *, say: Say) -> Outcome | None:
    """Make the backup of the day where it is due and nobody has made it or is making it, then the drill of the week.

    Raises `BackupError` where it fails; it is due again a quarter of an hour later.
    """
    with database_for(configuration, Role.WORKER).connect(application="backup") as connection:
        day = current_day(connection)
        connection.commit()
        with days.claimed(connection) as ours:
            if not ours or not days.is_due(connection, day):
                return None
            days.start(connection, day)
            try:
                outcome = engine.create(
                    configuration, reason="daily", by="job:daily_backup", say=say, wait_seconds=_WAIT_SECONDS
                )
            except BackupError as error:
                days.fail(connection, day, failure=error.detail)
                raise
            days.finish(connection, day, backup=outcome.name)
    if drill_is_due(configuration):
        drill(configuration, None, from_archive=True, say=say)
    return outcome
