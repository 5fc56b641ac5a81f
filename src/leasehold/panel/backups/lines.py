"""A backup as a line of the table: all of it from the catalogue, so that it is there when the database is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from leasehold.backups.catalog import Backup
from leasehold.backups.names import moment_of
from leasehold.backups.states import State
from leasehold.panel.backups.failure_words import failure_in_words
from leasehold.panel.lists.table import Badge

STEP_WORDS: Final[dict[str, LazyString]] = {
    State.PLANNED: lazy_gettext("begun"),
    State.DUMPED: lazy_gettext("dumped"),
    State.VERIFIED: lazy_gettext("restored and compared"),
    State.SEALED: lazy_gettext("sealed"),
    State.LOCAL: lazy_gettext("kept on this server"),
    State.PUSHED: lazy_gettext("pushed to the archive"),
    State.PROVED: lazy_gettext("proved to be in the archive"),
    "failed": lazy_gettext("failed"),
    "checked": lazy_gettext("verified again"),
    "drilled": lazy_gettext("restored from the archive alone"),
    "pruned": lazy_gettext("removed from this server"),
    "not_pushed": lazy_gettext("not pushed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`sentence` says more than the badge where there is more to say; `said` is that in the program's own words.

    Sizes are in bytes: `size` of what is in the backup, `added` of what it added to those before it.
    """

    name: str
    began_at: datetime
    reason: str
    state: Badge
    sentence: str
    said: str
    rows: int | None
    size: int | None
    added: int | None
    local: bool


def lines_of(backups: Sequence[Backup], *, someone_works: bool) -> list[Line]:
    """The catalogue's backups in their order; `someone_works` says whether a backup is being made just now."""
    return [line_of(backup, someone_works=someone_works) for backup in backups]


def line_of(backup: Backup, *, someone_works: bool) -> Line:
    """One of them."""
    state, sentence, said = _state(backup, someone_works=someone_works)
    facts = backup.facts
    return Line(
        backup.name,
        moment_of(backup.name),
        _reason(str(facts.get("reason", ""))),
        state,
        sentence,
        said,
        facts.get("rows"),
        facts.get("bytes"),
        facts.get("stored_bytes"),
        backup.local,
    )


def _reason(reason: str) -> str:
    """What it was made for: the program's own reasons in the reader's language, a person's as they were typed."""
    if reason == "daily":
        return str(_("daily"))
    if reason.startswith("before "):
        return str(_("before: %(what)s", what=reason.removeprefix("before ")))
    return reason


def _state(backup: Backup, *, someone_works: bool) -> tuple[Badge, str, str]:
    step = str(STEP_WORDS[backup.state])
    if backup.failure is not None:
        return Badge(_("failed"), "red", "failed"), failure_in_words(backup.facts.get("code")), backup.failure
    if backup.unfinished and someone_works:
        return Badge(_("being made"), "blue", "being_made"), _("So far: %(step)s.", step=step), ""
    if backup.unfinished:
        sentence = _("So far: %(step)s. “Finish” goes on with it.", step=step)
        return Badge(_("interrupted"), "yellow", "interrupted"), sentence, ""
    if backup.state.reaches(State.PROVED):
        sentence = "" if backup.local else _("No longer on this server: it is fetched from the archive when needed.")
        return Badge(_("verified and proved"), "green", "proved"), sentence, ""
    refused = str(backup.facts.get("push_failure", "")) if "not_pushed" in backup.reached else ""
    sentence = failure_in_words(backup.facts.get("push_code")) if refused else _("Verified, but not in an archive.")
    return Badge(_("only on this server"), "orange", "only_here"), sentence, refused
