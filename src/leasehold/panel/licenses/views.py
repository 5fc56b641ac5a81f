"""The pages about licenses."""

from flask import render_template
from flask.typing import ResponseReturnValue

from leasehold.licensing.queries import show_license as read_license
from leasehold.panel.context import db
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
    """One license."""
    return render_template("licenses/license.html", line=read_license(db(), license_key))
