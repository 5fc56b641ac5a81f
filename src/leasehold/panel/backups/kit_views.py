"""The recovery kit: the key that opens the archive when this server is gone, on paper and nowhere else."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.backups.errors import BackupError
from leasehold.backups.keys import load_keys
from leasehold.backups.recovery_kit import confirm, kit_text, renew
from leasehold.backups.settings import read_backup_settings
from leasehold.kit.orm import driver_connection
from leasehold.kit.signing import load_key_ring
from leasehold.panel.backups.noting import note
from leasehold.panel.backups.subject import pages
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db, installation
from leasehold.panel.guarding import back_up_first
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right

_PATH = "/backups/recovery-kit"


@pages.page(_PATH, needs=Right.READ_ADMINISTRATION)
def recovery_kit() -> ResponseReturnValue:
    """Whether somebody has it, and the way to get it."""
    return _page()


@pages.page(f"{_PATH}/show", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def show_kit() -> ResponseReturnValue:
    """The kit, to be printed."""
    data_dir = installation().configuration.data_dir
    archive = read_backup_settings(driver_connection(db())).archive
    text = kit_text(load_keys(data_dir), archive.text if archive else "", str(load_key_ring(data_dir).keys[0].kid))
    note("recovery_kit_shown")
    return render_template("backups/kit_shown.html", text=text)


@pages.page(f"{_PATH}/confirm", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def confirm_kit() -> ResponseReturnValue:
    """Somebody proves to have it: it is forgotten here."""
    typed = request.form.get("key", "")
    try:
        confirm(installation().configuration.data_dir, typed)
    except BackupError as error:
        return _page(typed=typed, refusals=[sentence_for(error)]), STATUS_OF[error.kind]
    note("recovery_kit_confirmed")
    flash(_("That is the key. This server has forgotten it: from now on only your kit has it."), "success")
    return _back_to_the_kit()


@pages.page(f"{_PATH}/renew", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def renew_kit() -> ResponseReturnValue:
    """A new key for the backups that follow."""
    question = _("Make a new recovery key? Backups made so far still need the old kit: keep it.")
    if (page := ask_first(question, _("Make a new key"))) is not None:
        return page
    if (page := back_up_first("new recovery key")) is not None:
        return page
    renew(installation().configuration.data_dir)
    note("recovery_kit_renewed")
    flash(_("There is a new recovery key. Print its kit, and confirm it."), "success")
    return _back_to_the_kit()


def _page(*, typed: str = "", refusals: list[str] | None = None) -> str:
    keys = load_keys(installation().configuration.data_dir)
    return render_template("backups/recovery_kit.html", keys=keys, typed=typed, refusals=refusals or [])


def _back_to_the_kit() -> ResponseReturnValue:
    return redirect(url_for("backups.recovery_kit"), HTTPStatus.SEE_OTHER)
