"""What a backup is called: `server_backup_YYYYMMDD_HHMMSS`, in UTC."""

import re
from datetime import UTC, datetime

from leasehold.backups.errors import BackupNameInvalid

_FORMAT = "server_backup_%Y%m%d_%H%M%S"
_PATTERN = re.compile(r"server_backup_[0-9]{8}_[0-9]{6}")


def name_for(moment: datetime) -> str:
    """The name of a backup that begins at `moment` (with a time zone)."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def moment_of(name: str) -> datetime:
    """When the backup called `name` began. Raises `BackupNameInvalid`: a name is checked before it meets a path."""
    try:
        if not _PATTERN.fullmatch(name):
            raise BackupNameInvalid(name)
        return datetime.strptime(name, _FORMAT).replace(tzinfo=UTC)
    except ValueError as error:
        raise BackupNameInvalid(name) from error
