"""What was started in the panel, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from leasehold.backups.runs import Run
from leasehold.panel.backups.failure_words import end_in_words
from leasehold.panel.lists.table import Badge

_LINES_SHOWN: Final = 12
_TITLES: Final[dict[str, LazyString]] = {
    "create": lazy_gettext("Making a backup"),
    "verify": lazy_gettext("Verifying a backup"),
    "restore": lazy_gettext("Restoring a backup"),
    "drill": lazy_gettext("Restoring from the archive alone, to try it"),
    "finish": lazy_gettext("Finishing what was interrupted"),
    "test-archive": lazy_gettext("Testing the archive"),
}


@dataclass(frozen=True, slots=True)
class RunWords:
    """`about` is the backup that it is about, where it is about one; `said` are its last lines."""

    run: Run
    title: str
    about: str
    state: Badge
    sentence: str
    said: Sequence[str]


def run_in_words(run: Run) -> RunWords:
    """The run in the reader's language."""
    title = str(_TITLES.get(run.verb, run.verb))
    if "--dry-run" in run.arguments:
        title = _("Trying out a restore")
    about = next((argument for argument in run.arguments[1:2] if argument.startswith("server_backup_")), "")
    return RunWords(run, title, about, *_state(run), run.said[-_LINES_SHOWN:])


def _state(run: Run) -> tuple[Badge, str]:
    if run.goes_on:
        return Badge(_("goes on"), "blue", "goes_on"), ""
    if run.status == 0:
        return Badge(_("done"), "green", "done"), end_in_words(0)
    return Badge(_("failed"), "red", "failed"), end_in_words(run.status)
