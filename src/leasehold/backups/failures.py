"""What the machine, the database and git say when something goes wrong, as a sentence that a person can act on."""

import errno

import psycopg

from leasehold.backups.errors import BackupError, DiskFull
from leasehold.backups.git import GitFailed

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
TRANSLATED = (OSError, psycopg.Error, GitFailed)


def as_backup_error(error: Exception) -> BackupError:
    """What to tell of `error`, which is a `BackupError` already or one of `TRANSLATED`."""
    match error:
        case BackupError():
            return error
        case OSError() if error.errno in _NO_ROOM:
            where = f" on {error.filename}" if error.filename else ""
            return DiskFull(
                "disk_full", f"There is no room left{where}. Nothing was changed: free some space and try again."
            )
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return BackupError("file_failed", f"A file could not be used ({where}{error.strerror or error}).")
        case psycopg.Error():
            said = " ".join(str(error).split()).rstrip(".")
            return BackupError(
                "database_failed", f"The database did not do its part ({said}): see whether it runs, and try again."
            )
        case _:
            return BackupError("git_failed", f"{error}. Nothing was changed: mend that and try again.")
