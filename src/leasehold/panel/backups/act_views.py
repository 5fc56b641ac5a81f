"""What a person has done with backups: each act is a process of its own, whose file the page reads."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.backups import runs
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import BackupRunning
from leasehold.backups.lock import who_works
from leasehold.backups.places import Places
from leasehold.panel.backups.noting import ABOUT_ALL, note
from leasehold.panel.backups.subject import pages
from leasehold.panel.context import actor, installation
from leasehold.panel.rights import Right

LONGEST_REASON = 200


@pages.page("/backups/create", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def create() -> ResponseReturnValue:
    """Make a backup now."""
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON] or "by hand"
    begin("create", "--reason", reason)
    return _on_to_the_list()


@pages.page("/backups/finish", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def finish() -> ResponseReturnValue:
    """Go on with what was interrupted, and push what is not in the archive yet."""
    begin("finish")
    return _on_to_the_list()


@pages.page("/backups/<backup>/drill", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def drill(backup: str) -> ResponseReturnValue:
    """Restore one backup from the archive alone, into a PostgreSQL that is thrown away."""
    Catalog(Places(installation().configuration.data_dir)).find(backup)
    begin("drill", backup, about=backup)
    return _on_to_the_list()


@pages.page("/backups/<backup>/verify", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def verify(backup: str) -> ResponseReturnValue:
    """Restore one backup into a PostgreSQL that is thrown away, and compare every table."""
    Catalog(Places(installation().configuration.data_dir)).find(backup)
    begin("verify", backup, about=backup)
    return _on_to_the_list()


def begin(verb: str, *arguments: str, about: str = ABOUT_ALL) -> None:
    """Start `leasehold backup` in the name of who asks. Raises `BackupRunning` where something goes on."""
    configuration = installation().configuration
    places = Places(configuration.data_dir)
    working = who_works(places)
    if working is not None:
        raise BackupRunning(working)
    if any(run.goes_on for run in runs.list_runs(places, most=1)):
        raise BackupRunning("What was started last")
    action = "restore_tried" if verb == "restore" else f"backup_{verb.replace('-', '_')}"
    note(action, about, arguments=list(arguments))
    runs.start(configuration, verb, *arguments, by=actor().name)
    flash(_("Begun. This page shows how far it is."), "info")


def _on_to_the_list() -> ResponseReturnValue:
    return redirect(url_for("backups.list_backups"), HTTPStatus.SEE_OTHER)
