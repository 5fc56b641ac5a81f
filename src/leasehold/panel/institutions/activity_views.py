"""The pages about what is to be done about an institution."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.customers.institutions import read_institution
from leasehold.leads import activities
from leasehold.leads.activities import read_activity
from leasehold.panel.context import actor, db, person
from leasehold.panel.institutions.activity_forms import ActivityFields, DoneForm, EditActivityForm, stored_activity
from leasehold.panel.institutions.views import FORM, page_of, pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on, save_form
from leasehold.panel.stale import save_versioned

_ACTIVITY = "/activities/<int:activity_id>"


@pages.page("/institutions/<int:institution_id>/activities/new", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def add_activity(institution_id: int) -> ResponseReturnValue:
    """Write down what is to be done."""
    name, me = read_institution(db(), institution_id).name, person()
    form = ActivityFields.read(assignee=str(me.id) if me else "").among(institution_id)

    def save() -> str:
        activities.add_activity(db(), institution_id, form.card(), actor=actor())
        flash(_("The activity is planned."), "success")
        return page_of(institution_id)

    if (onward := save_form(form, save)) is not None:
        return onward
    title, cancel = _("New activity for %(name)s", name=name), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status


@pages.page(_ACTIVITY, needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def edit_activity(activity_id: int) -> ResponseReturnValue:
    """Change what is to be done."""
    activity = read_activity(db(), activity_id)
    stored, institution_id = stored_activity(activity), activity.institution_id
    form = EditActivityForm.read(**stored.values, version=stored.version).among(institution_id)

    def save() -> str:
        activities.edit_activity(db(), activity_id, form.card(), version=form.version.data)
        flash(_("The activity is saved."), "success")
        return page_of(institution_id)

    again = lambda: stored_activity(read_activity(db(), activity_id))  # noqa: E731  # read once it has been refused
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title, cancel = _("Edit %(name)s", name=stored.values["subject"]), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status


@pages.page(f"{_ACTIVITY}/done", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def finish_activity(activity_id: int) -> ResponseReturnValue:
    """Say that it is done, and what came of it."""
    activity = read_activity(db(), activity_id)
    subject = activity.subject
    on_my_day = request.args.get("origin") == "my-day"
    back = url_for("my_day.show_my_day") if on_my_day else page_of(activity.institution_id)
    form = DoneForm.read()

    def save() -> str:
        activities.finish_activity(db(), activity_id, actor=actor(), outcome=form.outcome.data)
        flash(_("“%(subject)s” is done.", subject=subject), "success")
        return back

    if (onward := save_form(form, save)) is not None:
        return onward
    title = _("Done: %(subject)s", subject=subject)
    return render_template("form.html", form=form, title=title, label=_("Done"), cancel=back), form.status


@pages.page(f"{_ACTIVITY}/reopen", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def reopen_activity(activity_id: int) -> ResponseReturnValue:
    """It is not done after all."""
    institution_id = read_activity(db(), activity_id).institution_id
    activities.reopen_activity(db(), activity_id)
    flash(_("The activity is open again."), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)
