"""The resources of a license: given, and taken back."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from leasehold.licensing.service import find_license
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.resources.license_forms import AllocateForm
from leasehold.panel.resources.pool_views import pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on, save_form
from leasehold.resources.allocating import allocate, resources_of_license
from leasehold.resources.releasing import release

_RESOURCES = "/licenses/<license_key>/resources"


@pages.page(_RESOURCES, needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def allocate_to_license(license_key: str) -> ResponseReturnValue:
    """What the license has, to be taken back, and a form that gives it more."""
    license_id = find_license(db(), license_key).id
    form = AllocateForm.read()

    def save() -> str:
        got = allocate(db(), license_key, form.wanted(), idempotency_key=form.idempotency_key)
        flash(_("The license has got %(values)s.", values=", ".join(got)), "success")
        return url_for("licenses.show_license", license_key=license_key)

    if (onward := save_form(form, save)) is not None:
        return onward
    page = render_template(
        "resources/license.html",
        license_key=license_key,
        form=form,
        held=resources_of_license(db(), license_id),
        title=_("Resources of license %(key)s", key=license_key),
        label=_("Allocate"),
        cancel=url_for("licenses.show_license", license_key=license_key),
    )
    return page, form.status


@pages.page(f"{_RESOURCES}/release", needs=Right.CHANGE_LICENSES, methods=("POST",))
def release_from_license(license_key: str) -> ResponseReturnValue:
    """Take back the values that were chosen."""
    find_license(db(), license_key)
    chosen = request.form.getlist("chosen")
    if not chosen:
        flash(_("No row is chosen: mark some first."), "warning")
        return go_on("resources.allocate_to_license", license_key=license_key)
    question = ngettext(
        "Release %(num)s resource (%(values)s)? The license loses it at once, and it goes into quarantine.",
        "Release %(num)s resources (%(values)s)? The license loses them at once, and they go into quarantine.",
        len(chosen),
        values=", ".join(chosen),
    )
    if (page := ask_first(question, _("Release"))) is not None:
        return page
    given_back = release(db(), license_key, chosen)
    flash(_("The license has given back %(values)s.", values=", ".join(given_back)), "success")
    return go_on("licenses.show_license", license_key=license_key)
