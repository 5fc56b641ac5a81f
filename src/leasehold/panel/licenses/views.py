"""The pages about licenses: the list, and one license at a glance."""

from flask import render_template
from flask.typing import ResponseReturnValue

from leasehold.licensing.queries import list_live_sessions, read_service_time
from leasehold.licensing.service import find_license
from leasehold.panel.context import db
from leasehold.panel.licenses.forms import NoteForm
from leasehold.panel.licenses.glance import glance_at
from leasehold.panel.licenses.table import LICENSE_TABLE
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right

pages = Pages("licenses")


@pages.page("/licenses", needs=Right.READ)
def list_licenses() -> ResponseReturnValue:
    """All licenses."""
    return answer_list(LICENSE_TABLE)


@pages.page("/licenses/bulk", needs=Right.CHANGE_LICENSES, methods=("POST",))
def change_many() -> ResponseReturnValue:
    """Do something to many licenses."""
    return answer_bulk(LICENSE_TABLE)


@pages.page("/licenses/<license_key>", needs=Right.READ)
def show_license(license_key: str) -> ResponseReturnValue:
    """One license with everything about it."""
    return render_template("licenses/license.html", it=glance_at(db(), license_key), note=NoteForm())


@pages.page("/licenses/<license_key>/sessions", needs=Right.READ)
def show_sessions(license_key: str) -> ResponseReturnValue:
    """The live sessions of a license, which its page asks for again and again."""
    row = find_license(db(), license_key)
    time = read_service_time(db())
    live = list_live_sessions(db(), license_id=row.id, time=time)
    return render_template("licenses/_sessions.html", license_key=license_key, live=live, now=time.now)
