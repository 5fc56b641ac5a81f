"""Restoring a backup: tried out first, then confirmed by typing its name; nothing is destroyed by it."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.backups.catalog import Catalog
from leasehold.backups.lock import who_works
from leasehold.backups.places import Places
from leasehold.backups.restore.process import start_restore
from leasehold.backups.runs import Run, list_runs
from leasehold.panel.backups.act_views import begin
from leasehold.panel.backups.lines import line_of
from leasehold.panel.backups.noting import note
from leasehold.panel.backups.run_words import run_in_words
from leasehold.panel.backups.subject import pages
from leasehold.panel.context import actor, db, installation
from leasehold.panel.rights import Right
from leasehold.staff.names import names_of_actors

_TRIED_WITHIN = timedelta(hours=1)
_LOOK_BACK = 30


@pages.page("/backups/<backup>/restore", needs=Right.ADMINISTER)
def restoring(backup: str) -> ResponseReturnValue:
    """What will happen, how the trial went, and the question."""
    return _page(backup)


@pages.page("/backups/<backup>/restore/try", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def try_restore(backup: str) -> ResponseReturnValue:
    """Restore it into a database beside the present one, compare it, and throw it away again."""
    Catalog(_places()).find(backup)
    begin("restore", backup, "--yes", "--dry-run", about=backup)
    return redirect(url_for("backups.restoring", backup=backup), HTTPStatus.SEE_OTHER)


@pages.page("/backups/<backup>/restore", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def restore(backup: str) -> ResponseReturnValue:
    """Restore it: the panel shows nothing but its progress until it has ended."""
    Catalog(_places()).find(backup)
    typed = request.form.get("typed", "").strip()
    if not _is_tried(_trial(backup)):
        return _page(backup, typed=typed, refusal=_("Try the restore out first.")), HTTPStatus.CONFLICT
    if typed != backup:
        refusal = _("That is not the name of this backup: type %(name)s.", name=backup)
        return _page(backup, typed=typed, refusal=refusal), HTTPStatus.UNPROCESSABLE_ENTITY
    note("backup_restore", backup)
    start_restore(installation().configuration, backup, actor=actor().name)
    return redirect(url_for("backups.list_backups"), HTTPStatus.SEE_OTHER)


def _page(name: str, *, typed: str = "", refusal: str | None = None) -> str:
    places = _places()
    backup = Catalog(places).find(name)
    trial = _trial(name)
    return render_template(
        "backups/restore.html",
        line=line_of(backup, someone_works=who_works(places) is not None),
        trial=run_in_words(trial) if trial else None,
        tried=_is_tried(trial),
        names=names_of_actors(db(), {trial.by} if trial else set()),
        typed=typed,
        refusals=[refusal] if refusal else [],
    )


def _trial(name: str) -> Run | None:
    """The latest time that somebody tried to restore this backup."""
    wanted = ("restore", name, "--yes", "--dry-run")
    return next((run for run in list_runs(_places(), most=_LOOK_BACK) if run.arguments == wanted), None)


def _is_tried(trial: Run | None) -> bool:
    return trial is not None and trial.status == 0 and datetime.now(UTC) - trial.began_at < _TRIED_WITHIN


def _places() -> Places:
    return Places(installation().configuration.data_dir)
