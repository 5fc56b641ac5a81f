"""A lead becomes a customer in the panel, and a lead again."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from leasehold.customers.institutions import read_institution
from leasehold.leads.converting import TestLicense, convert, unconvert
from leasehold.licensing.products import find_product, list_products
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db, may
from leasehold.panel.institutions.views import FORM, page_of, pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on
from leasehold.panel.stale import VersionedForm, save_additional


def _products() -> list[tuple[str, str]]:
    """The products of which a test license can come with it; none for who may not issue licenses."""
    known = list_products(db()) if may(Right.CHANGE_LICENSES) else []
    return [("", _("none")), *((one.slug, one.name) for one in known)]


class ConvertForm(VersionedForm):
    """Whether a test license comes with it."""

    product = SelectField(lazy_gettext("Test license of"), choices=_products, default="")
    days = IntegerField(
        lazy_gettext("Days that the test lasts"), default=30, validators=[InputRequired(), NumberRange(1, 3650)]
    )


@pages.page("/institutions/<int:institution_id>/convert", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def convert_institution(institution_id: int) -> ResponseReturnValue:
    """Make a lead a customer, with a test license where one is wanted."""
    institution = read_institution(db(), institution_id)
    name = institution.name
    form = ConvertForm.read(version=institution.version)

    def save() -> str:
        slug = form.product.data
        wanted = TestLicense(find_product(db(), slug), form.days.data) if slug else None
        convert(db(), institution_id, test_license=wanted, version=form.version.data)
        flash(_("%(name)s is a customer.", name=name), "success")
        return page_of(institution_id)

    if (onward := save_additional(form, save, lambda: read_institution(db(), institution_id).version)) is not None:
        return onward
    title, cancel = _("Make %(name)s a customer", name=name), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Make a customer"), cancel=cancel), form.status


@pages.page("/institutions/<int:institution_id>/unconvert", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def unconvert_institution(institution_id: int) -> ResponseReturnValue:
    """Make a customer that no license ever was for a lead again."""
    name = read_institution(db(), institution_id).name
    question = _("Make %(name)s a lead again? That is possible until its first license.", name=name)
    if (page := ask_first(question, _("Make a lead again"))) is not None:
        return page
    unconvert(db(), institution_id)
    flash(_("%(name)s is a lead again.", name=name), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)
