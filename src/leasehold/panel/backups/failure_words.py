"""What stopped a backup, a restore or a test, in the reader's language; the program's own words stand beside it."""

from typing import Final

from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from leasehold.backups.errors import BackupError, ExitStatus

CODES: Final[dict[str, LazyString]] = {
    "archive_away": lazy_gettext("The archive cannot be reached just now. It is tried again by itself."),
    "archive_damaged": lazy_gettext("The archive no longer has everything that was pushed to it."),
    "archive_differs": lazy_gettext("What came back from the archive is not what was pushed to it."),
    "archive_failed": lazy_gettext("git cannot use the archive."),
    "archive_full": lazy_gettext("There is no room left in the archive."),
    "archive_hook_declined": lazy_gettext("A rule of the archive's host refuses the push."),
    "archive_host_changed": lazy_gettext(
        "The archive's host shows another key than before: somebody may be pretending to be it. Ask its owner."
    ),
    "archive_host_unknown": lazy_gettext("The archive's host is not known yet: test the archive once."),
    "archive_key_refused": lazy_gettext(
        "The archive does not accept the SSH key: add its public half there, with the right to write."
    ),
    "archive_missing": lazy_gettext("There is no git repository at the archive's address."),
    "archive_moved": lazy_gettext(
        "Somebody else added to the archive at the same moment. It is tried again by itself."
    ),
    "archive_name_taken": lazy_gettext("The archive has another backup of this name already."),
    "archive_not_ours": lazy_gettext("At the archive's address is something that is no archive of backups."),
    "archive_read_only": lazy_gettext("The archive may only be read with this SSH key: give it the right to write."),
    "archive_rewritten": lazy_gettext(
        "The archive's history was rewritten: what was pushed there is gone. No copy on this server is removed."
    ),
    "archive_silent": lazy_gettext("The archive stopped answering. It is tried again by itself."),
    "archive_size_limit": lazy_gettext("The archive's host refuses pushes of this size."),
    "backup_contents_unreadable": lazy_gettext("The backup's files cannot be put back: choose another backup."),
    "backup_damaged": lazy_gettext("The backup was damaged or changed: use another copy of it."),
    "backup_incomplete": lazy_gettext("A part of the backup is not on this server: take it from the archive."),
    "backup_key_missing": lazy_gettext("There is no key that opens the backup."),
    "backup_name_invalid": lazy_gettext("That is no backup's name."),
    "backup_newer": lazy_gettext("The backup was made by a newer Leasehold: install that first."),
    "backup_not_here": lazy_gettext(
        "The backup is no longer on this server: fetch it from the archive with git instead."
    ),
    "backup_not_kept": lazy_gettext("The backup could not be kept on this server."),
    "backup_of_newer_postgresql": lazy_gettext("The backup was made on a newer PostgreSQL than the database runs on."),
    "backup_running": lazy_gettext("Another backup or restore is under way: wait until it has ended."),
    "backup_too_new": lazy_gettext("The backup was made by a newer Leasehold: install that first."),
    "backup_unknown": lazy_gettext("There is no such backup."),
    "catalog_damaged": lazy_gettext("The list of backups is not what was written: make it anew from the archive."),
    "change_refused": lazy_gettext("Nothing was changed, because no backup could be made first."),
    "database_in_use": lazy_gettext(
        "Somebody is connected to the database whom we may not cut off: end that connection."
    ),
    "database_failed": lazy_gettext("The database stopped it."),
    "disk_full": lazy_gettext("There is not enough room on the disk."),
    "file_failed": lazy_gettext("A file could not be used."),
    "file_unreadable": lazy_gettext("A file that belongs into the backup cannot be read."),
    "file_unsuitable": lazy_gettext("There is something among the files that cannot be in a backup."),
    "git_failed": lazy_gettext("git did not do its part."),
    "git_missing": lazy_gettext("git is not installed on this server."),
    "manifest_missing": lazy_gettext(
        "What is in the backup is not known here any more: make the list of backups anew from the archive."
    ),
    "not_in_archive": lazy_gettext("The backup was never pushed to an archive."),
    "nothing_to_back_up": lazy_gettext("There is nothing to back up."),
    "partitions_being_changed": lazy_gettext("The place for heartbeats is being changed just now: try again later."),
    "path_missing": lazy_gettext("A file that the settings name is not there."),
    "postgresql_programs_missing": lazy_gettext(
        "Programs of the database's version of PostgreSQL are missing on this server."
    ),
    "postgresql_programs_wrong": lazy_gettext(
        "The programs of PostgreSQL on this server are not of the database's version."
    ),
    "recovery_key_gone": lazy_gettext("The recovery key was confirmed, and is no longer on this server."),
    "recovery_key_unreadable": lazy_gettext("There is no recovery key in what was typed. Nothing was changed."),
    "recovery_key_wrong": lazy_gettext("This key does not open the backups of this server. Nothing was changed."),
    "repository_failed": lazy_gettext("The backups on this server could not be written to."),
    "restore_differs": lazy_gettext("What was restored is not what was backed up. It is not used."),
    "restore_not_allowed": lazy_gettext("The database's user may not make another database beside it."),
    "restore_not_begun": lazy_gettext("The restore could not begin. Nothing was changed."),
    "restore_state_damaged": lazy_gettext("What the latest restore did is not known: its file is damaged."),
    "scratch_failed": lazy_gettext("There is no PostgreSQL to try the backup in."),
    "ssh_key_exists": lazy_gettext("There is something in the place of the SSH key already. It was left alone."),
    "ssh_key_missing": lazy_gettext("There is no SSH key for the archive: make one on the page of the archive."),
    "ssh_key_not_made": lazy_gettext("No SSH key could be made."),
    "ssh_key_permissions": lazy_gettext("Others on this machine may read the SSH key, so it is not used."),
    "ssh_key_unusable": lazy_gettext("The SSH key is damaged, or it has a passphrase."),
    "ssh_missing": lazy_gettext("ssh is not installed on this server."),
    "target_not_empty": lazy_gettext("The directory is not empty: choose a new one."),
}
_STATUSES: Final[dict[int, LazyString]] = {
    ExitStatus.NOT_IN_ARCHIVE: lazy_gettext(
        "The backup is good and on this server, but not in the archive yet. It is pushed again by itself."
    ),
    ExitStatus.LOCKED: CODES["backup_running"],
    ExitStatus.DISK_FULL: CODES["disk_full"],
    ExitStatus.WRONG_VERSION: lazy_gettext("The versions of PostgreSQL, Leasehold and the backup do not fit together."),
    ExitStatus.KEY_MISSING: lazy_gettext("There is no key that opens the backup."),
    ExitStatus.NOT_VERIFIED: lazy_gettext("What was read is not what was written: this backup must not be relied on."),
    ExitStatus.ARCHIVE_REFUSED: lazy_gettext("The archive cannot be used, or its history is not the one pushed there."),
}


def failure_in_words(code: object) -> str:
    """What a failure with this code means; nothing for one that nobody has put into words."""
    return str(CODES[code]) if isinstance(code, str) and code in CODES else ""


def refusal_in_words(error: BackupError) -> str:
    """The same for an error, with its own words, which are English and name figures and paths."""
    words = failure_in_words(error.code)
    if not words or str(get_locale()) == "en":
        return str(error.detail)
    return f"{words} ({error.detail})"


def end_in_words(status: int | None) -> str:
    """How a run ended: by its exit status, None where it was cut off."""
    if status is None:
        return str(_("It was cut off, such as by a restart of the machine. “Finish” goes on with it."))
    if status == 0:
        return str(_("It ended well."))
    return str(_STATUSES.get(status, _("It failed. Its last lines say why.")))
