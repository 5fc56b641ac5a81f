"""Whether something is to be done for the backups by the clock: the day's backup, or a push that is still missing."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from leasehold.backups import days
from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.lock import who_works
from leasehold.backups.places import Places
from leasehold.backups.schedule import latest_day
from leasehold.backups.settings import BackupSettings, read_backup_settings
from leasehold.backups.states import State
from leasehold.kit.database import Connection
from leasehold.settings.service import get_setting

_PUSH_AGAIN_AFTER = timedelta(minutes=5)


def anything_due(connection: Connection, places: Places) -> bool:
    """Whether `leasehold backup ensure-daily` would find something to do now. Commits."""
    if days.is_due(connection, current_day(connection)):
        return True
    if who_works(places) is not None:
        return False
    settings = read_backup_settings(connection)
    backups = Catalog(places).backups()
    return any(backup.unfinished for backup in backups) or any(map(_push_again, not_in_archive(settings, backups)))


def current_day(connection: Connection) -> date:
    """The day whose backup was due last, by the settings in force."""
    zone = ZoneInfo(str(get_setting(connection, "timezone")))
    return latest_day(datetime.now(UTC), read_backup_settings(connection).time, zone)


def not_in_archive(settings: BackupSettings, backups: list[Backup]) -> list[Backup]:
    """Those of `backups` (newest first) that are kept here and have yet to be proved to be in the archive."""
    if settings.archive is None:
        return []
    return [backup for backup in backups if backup.local and not backup.state.reaches(State.PROVED)]


def _push_again(backup: Backup) -> bool:
    failed = backup.reached.get("not_pushed")
    return failed is None or datetime.now(UTC) - datetime.fromisoformat(failed) > _PUSH_AGAIN_AFTER
