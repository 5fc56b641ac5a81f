"""What can stop a backup or a restore. Each kind of failure has an exit status of its own, for scripts."""

from enum import IntEnum

from leasehold.kit.errors import DomainError, Kind


class ExitStatus(IntEnum):
    """How `leasehold backup …` ends. 0 is verified, and proved to be in the archive where there is one."""

    FAILED = 1
    NOT_IN_ARCHIVE = 3
    LOCKED = 10
    DISK_FULL = 11
    WRONG_VERSION = 12
    KEY_MISSING = 13
    NOT_VERIFIED = 14
    ARCHIVE_REFUSED = 15


class BackupError(DomainError):
    """A backup or restore did not happen; what was there before is untouched."""

    status = ExitStatus.FAILED
    kind_of_all = Kind.CONFLICT

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(self.kind_of_all, code, detail)


class BackupNameInvalid(BackupError):
    """Nothing can be called that."""

    kind_of_all = Kind.INVALID

    def __init__(self, name: str) -> None:
        super().__init__(
            "backup_name_invalid",
            f"{name!r} is no backup's name: they are like server_backup_20260131_030000. "
            "`leasehold backup list` names them all.",
        )


class BackupUnknown(BackupError):
    """There is no such backup here."""

    kind_of_all = Kind.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(
            "backup_unknown",
            f"There is no backup {name} in the catalogue: `leasehold backup list` names them all, and "
            "`leasehold backup catalog rebuild --from ARCHIVE` reads an archive's.",
        )


class BackupRunning(BackupError):
    """Another backup or restore is under way on this machine."""

    status = ExitStatus.LOCKED

    def __init__(self, who: str) -> None:
        super().__init__("backup_running", f"{who} is under way: wait until it has ended. Nothing was changed.")


class DiskFull(BackupError):
    """There is no room."""

    status = ExitStatus.DISK_FULL


class WrongVersion(BackupError):
    """Programs of the server's major version of PostgreSQL are missing, or the schema does not fit the program."""

    status = ExitStatus.WRONG_VERSION


class KeyMissing(BackupError):
    """There is no key that opens or seals the backup."""

    status = ExitStatus.KEY_MISSING


class NotVerified(BackupError):
    """What was written is not what was read."""

    status = ExitStatus.NOT_VERIFIED


class BackupDamaged(NotVerified):
    """What is kept of a backup is not what was stored; `why` is the rest of a sentence."""

    def __init__(self, why: str) -> None:
        super().__init__("backup_damaged", f"The backup was damaged or changed: {why}. Use another copy of it.")


class ObjectMissing(BackupError):
    """A part of a backup is not where it was looked for; another copy of the backup may have it."""

    status = ExitStatus.NOT_VERIFIED
    kind_of_all = Kind.NOT_FOUND

    def __init__(self, what: str) -> None:
        super().__init__(
            "backup_incomplete",
            f"A part of the backup is not here ({what}): it was removed after it had been proved to be in the archive, "
            "or it was lost. Take the backup from the archive.",
        )


class ArchiveRefused(BackupError):
    """The archive cannot be used, or its history is not the one that was pushed."""

    status = ExitStatus.ARCHIVE_REFUSED


class ArchiveAway(ArchiveRefused):
    """The archive cannot be reached just now; the backup stays here and is pushed later."""

    status = ExitStatus.NOT_IN_ARCHIVE
