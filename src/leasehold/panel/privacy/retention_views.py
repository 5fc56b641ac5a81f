"""The page about how long people are kept."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from leasehold.kit.row_ids import read_row_id
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.guarding import back_up_first
from leasehold.panel.privacy.erasure import digester, keep_erasures
from leasehold.panel.privacy.forms import KeepForm, RulesForm
from leasehold.panel.privacy.subject import pages
from leasehold.panel.privacy.views import today
from leasehold.panel.rights import Right
from leasehold.panel.saving import save_form
from leasehold.panel.words import badge_for
from leasehold.privacy import keeping, retention
from leasehold.privacy.people import read_person


@pages.page("/privacy/retention", needs=Right.ADMINISTER, methods=("GET", "POST"))
def show_retention() -> ResponseReturnValue:
    """The rules, to be changed, and whom they propose."""
    rules = retention.list_rules(db())
    form = RulesForm.read(**{kind.value: months for kind, months in rules.items()})

    def save() -> str:
        for kind in rules:
            retention.set_rule(db(), kind, form[kind.value].data)
        flash(_("The rules are saved."), "success")
        return url_for("privacy.show_retention")

    if (onward := save_form(form, save)) is not None:
        return onward
    proposals = [(one, badge_for(one.kind)) for one in retention.list_proposals(db())]
    page = render_template("privacy/retention.html", form=form, proposals=proposals, most=retention.MOST_LISTED)
    return page, form.status


@pages.page("/privacy/retention/<int:contact_id>/keep", needs=Right.ADMINISTER, methods=("GET", "POST"))
def keep_person(contact_id: int) -> ResponseReturnValue:
    """Let no rule propose a person until a day."""
    name = read_person(db(), contact_id).name
    form = KeepForm.read()

    def save() -> str:
        keeping.keep(db(), contact_id, form.until.data, form.reason.data or "", today=today())
        flash(_("%(name)s is kept until %(day)s.", name=name, day=format_date(form.until.data)), "success")
        return url_for("privacy.show_retention")

    if (onward := save_form(form, save)) is not None:
        return onward
    title, back = _("Keep %(name)s", name=name), url_for("privacy.show_retention")
    return render_template("form.html", form=form, title=title, label=_("Keep"), cancel=back), form.status


@pages.page("/privacy/retention/approve", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def approve_proposals() -> ResponseReturnValue:
    """Erase who was chosen of the proposed, after a backup."""
    chosen = [id_ for text in request.form.getlist("id") if (id_ := read_row_id(text)) is not None]
    back = redirect(url_for("privacy.show_retention"), HTTPStatus.SEE_OTHER)
    if not chosen:
        flash(_("Nobody is chosen: mark who is to be erased."), "warning")
        return back
    question = ngettext("Erase %(num)s person for good?", "Erase %(num)s people for good?", len(chosen))
    if (page := ask_first(question, _("Erase"))) is not None:
        return page
    if (page := back_up_first("the erasure of people by retention rules")) is not None:
        return page
    done = retention.approve(db(), chosen, digester=digester())
    keep_erasures()
    flash(ngettext("%(num)s person is erased.", "%(num)s people are erased.", len(done)), "success")
    return back
