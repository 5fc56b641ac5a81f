"""The pages about what was imported into pools."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from leasehold.panel.context import db
from leasehold.panel.reasons import Question, ask_reason
from leasehold.panel.resources.pool_views import pages
from leasehold.panel.rights import Right
from leasehold.resources.importing import service
from leasehold.resources.pools import read_pool


@pages.page("/pools/imports/<int:import_id>/revert", needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def revert_import(import_id: int) -> ResponseReturnValue:
    """Ask for the reason; then take the values of an import out of their pool again."""
    made = service.read_import(db(), import_id)
    sentence = ngettext(
        "%(num)s value leaves the pool again, with its notes. If something was done with it since, it stays.",
        "%(num)s values leave the pool again, with their notes. If something was done with one of them since, "
        "all stay.",
        made.rows_new,
    )
    names = [made.file_name, read_pool(db(), made.pool_id).name]
    back = url_for("resources.show_pool", pool_id=made.pool_id)

    def do(reason: str) -> str:
        service.revert_import(db(), import_id, reason)
        return str(_("The import is reverted."))

    return ask_reason(Question(_("Revert import"), sentence, names, back, f"taking back the import {import_id}"), do)
