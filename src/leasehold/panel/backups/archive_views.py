"""Where backups are kept for good: the archive's address, the key that opens it, whether it works, how full it is."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.backups.archive.ssh_key import make_key, public_half
from leasehold.backups.archive.volumes import VOLUME_BYTES, volumes_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.places import Places
from leasehold.backups.runs import list_runs
from leasehold.backups.settings import read_backup_settings
from leasehold.kit.orm import driver_connection
from leasehold.panel.backups.act_views import begin
from leasehold.panel.backups.noting import note
from leasehold.panel.backups.run_words import run_in_words
from leasehold.panel.backups.subject import pages
from leasehold.panel.context import db, installation
from leasehold.panel.rights import Right
from leasehold.staff.names import names_of_actors

_PATH = "/backups/archive"
_LOOK_BACK = 30


@pages.page(_PATH, needs=Right.READ_ADMINISTRATION)
def archive() -> ResponseReturnValue:
    """The archive, in the order in which it is set up."""
    places = Places(installation().configuration.data_dir)
    settings = read_backup_settings(driver_connection(db()))
    tests = [run for run in list_runs(places, most=_LOOK_BACK) if run.verb == "test-archive"][:1]
    return render_template(
        "backups/archive.html",
        settings=settings,
        public_key=public_half(settings.ssh_key),
        key_is_there=settings.ssh_key.exists(),
        volumes=volumes_of(Catalog(places).events())[::-1],
        volume_bytes=VOLUME_BYTES,
        runs=[run_in_words(run) for run in tests],
        names=names_of_actors(db(), {run.by for run in tests}),
    )


@pages.page(f"{_PATH}/key", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def make_ssh_key() -> ResponseReturnValue:
    """Make the key where there is none."""
    path = read_backup_settings(driver_connection(db())).ssh_key
    make_key(path)
    note("ssh_key_made", path=str(path))
    flash(_("The SSH key is made. Give its public half to the archive's host."), "success")
    return _back_to_the_archive()


@pages.page(f"{_PATH}/test", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def test_archive() -> ResponseReturnValue:
    """Ask the archive whether it lets us in, to read and to write."""
    begin("test-archive")
    return _back_to_the_archive()


def _back_to_the_archive() -> ResponseReturnValue:
    return redirect(url_for("backups.archive"), HTTPStatus.SEE_OTHER)
