"""The way to the backups while the database, which knows who may go there, is gone: by a link that opens once."""

import time
from http import HTTPStatus

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.errors import BackupError
from leasehold.backups.lock import who_works
from leasehold.backups.places import Places
from leasehold.backups.restore.process import start_restore
from leasehold.backups.restore.rescue_link import open_rescue
from leasehold.backups.restore.state import RestoreState, read_state
from leasehold.backups.states import State
from leasehold.panel.context import installation
from leasehold.panel.pages import Pages
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.state import read_installation_state

pages = Pages("rescue")

_SESSION = "rescue_until"
_OPEN_SECONDS = 3600
_ACTOR = "panel:rescue"


@pages.page("/rescue/<token>", needs=Right.PUBLIC)
def open_link(token: str) -> ResponseReturnValue:
    """The link that `leasehold backup rescue-link` has printed."""
    if not open_rescue(installation().configuration.data_dir, token):
        return _shut(_("This link was used already, or is older than 15 minutes."))
    session[_SESSION] = time.time() + _OPEN_SECONDS
    return redirect(url_for("rescue.rescue"))


@pages.page("/rescue", needs=Right.PUBLIC)
def rescue() -> ResponseReturnValue:
    """What a restore does or has done; else the backups, if the database is gone."""
    if not _is_open():
        return _shut()
    state, running = _restore_state(), _runs()
    gone = _database_is_gone()
    backups = _backups() if gone and not running else []
    return render_template("rescue/rescue.html", state=state, running=running, gone=gone, backups=backups)


@pages.page("/rescue/restore/<name>", needs=Right.PUBLIC, methods=("GET", "POST"))
def restore(name: str) -> ResponseReturnValue:
    """Ask for the backup's name once more, then restore it."""
    if not _is_open():
        return _shut()
    if not _database_is_gone():
        return redirect(url_for("rescue.rescue"))
    if name not in {backup.name for backup in _backups()}:
        return _shut(_("There is no backup %(name)s.", name=name))
    sentences = []
    if request.method == "POST":
        if request.form.get("typed", "").strip() == name:
            try:
                start_restore(installation().configuration, name, actor=_ACTOR)
            except BackupError as error:
                sentences.append(sentence_for(error))
            else:
                return redirect(url_for("rescue.rescue", begun=name))
        else:
            sentences.append(_("That is not the backup's name: type it exactly as it stands above."))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if sentences else HTTPStatus.OK
    return render_template("rescue/restore.html", name=name, sentences=sentences), status


def _is_open() -> bool:
    until: float = session.get(_SESSION, 0.0)
    return time.time() < until


def _shut(sentence: str | None = None) -> ResponseReturnValue:
    command = _("Run leasehold backup rescue-link on the server: it prints a link that leads here.")
    page = render_template(
        "problem.html", title=_("The backups"), sentence=f"{sentence or ''} {command}".strip(), typed=None
    )
    return page, HTTPStatus.NOT_FOUND


def _database_is_gone() -> bool:
    return read_installation_state(installation().database).schema is None


def _runs() -> bool:
    return who_works(_places()) is not None


def _restore_state() -> RestoreState | None:
    return read_state(_places())


def _backups() -> list[Backup]:
    """Those that can be restored, newest first."""
    return [backup for backup in Catalog(_places()).backups() if backup.state.reaches(State.LOCAL)]


def _places() -> Places:
    return Places(installation().configuration.data_dir)
