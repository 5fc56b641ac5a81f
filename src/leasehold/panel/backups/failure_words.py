"""What stopped a backup, a restore or a test, in the reader's language; the program's own words stand beside it."""

from typing import Final

from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from leasehold.backups.errors import BackupError, ExitStatus

_CODES: Final[dict[str, LazyString]] = {
    "archive_away": lazy_gettext("The archive cannot be reached just now. It is tried again by itself."),
    "archive_damaged": lazy_gettext("The archive no longer has everything that was pushed to it."),
    "archive_differs": lazy_gettext("What came back from the archive is not what was pushed to it."),
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
    "archive_not_ours": lazy_gettext("At the archive's address is something that is no archive of backups."),
    "archive_read_only": lazy_gettext("The archive may only be read with this SSH key: give it the right to write."),
    "archive_rewritten": lazy_gettext(
        "The archive's history was rewritten: what was pushed there is gone. No copy on this server is removed."
    ),
    "archive_silent": lazy_gettext("The archive stopped answering. It is tried again by itself."),
    "archive_size_limit": lazy_gettext("The archive's host refuses pushes of this size."),
    "backup_not_here": lazy_gettext(
        "The backup is no longer on this server: fetch it from the archive with git instead."
    ),
    "backup_running": lazy_gettext("Another backup or restore is under way: wait until it has ended."),
    "backup_unknown": lazy_gettext("There is no such backup."),
    "catalog_damaged": lazy_gettext("The list of backups is not what was written: make it anew from the archive."),
    "database_failed": lazy_gettext("The database stopped it."),
    "disk_full": lazy_gettext("There is not enough room on the disk."),
    "object_missing": lazy_gettext("A part of the backup is missing on this server."),
    "recovery_key_gone": lazy_gettext("The recovery key was confirmed, and is no longer on this server."),
    "recovery_key_unreadable": lazy_gettext("There is no recovery key in what was typed. Nothing was changed."),
    "recovery_key_wrong": lazy_gettext("This key does not open the backups of this server. Nothing was changed."),
    "ssh_key_exists": lazy_gettext("There is something in the place of the SSH key already. It was left alone."),
    "ssh_key_missing": lazy_gettext("There is no SSH key for the archive: make one on the page of the archive."),
    "ssh_key_permissions": lazy_gettext("Others on this machine may read the SSH key, so it is not used."),
    "ssh_key_unusable": lazy_gettext("The SSH key is damaged, or it has a passphrase."),
}
_STATUSES: Final[dict[int, LazyString]] = {
    ExitStatus.NOT_IN_ARCHIVE: lazy_gettext(
        "The backup is good and on this server, but not in the archive yet. It is pushed again by itself."
    ),
    ExitStatus.LOCKED: _CODES["backup_running"],
    ExitStatus.DISK_FULL: _CODES["disk_full"],
    ExitStatus.WRONG_VERSION: lazy_gettext("The versions of PostgreSQL, Leasehold and the backup do not fit together."),
    ExitStatus.KEY_MISSING: lazy_gettext("There is no key that opens the backup."),
    ExitStatus.NOT_VERIFIED: lazy_gettext("What was read is not what was written: this backup must not be relied on."),
    ExitStatus.ARCHIVE_REFUSED: lazy_gettext("The archive cannot be used, or its history is not the one pushed there."),
}


def failure_in_words(code: object) -> str:
    """What a failure with this code means; nothing for one that nobody has put into words."""
    return str(_CODES[code]) if isinstance(code, str) and code in _CODES else ""


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
