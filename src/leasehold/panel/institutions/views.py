"""The pages about institutions: the list, one of them with all that is known, and forms for what is said of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from leasehold.audit.objects import changes_of
from leasehold.customers import institutions
from leasehold.customers.addresses import list_addresses
from leasehold.customers.contacts import list_contacts
from leasehold.customers.details import Owner, list_details
from leasehold.customers.errors import InstitutionNotFound
from leasehold.customers.institutions import list_children, read_institution
from leasehold.customers.merged import survivor_of
from leasehold.leads.activities import activities_about
from leasehold.leads.duplicates.work_list import possible_duplicates
from leasehold.leads.lists import institutions_like, read_line
from leasehold.leads.notes import list_notes
from leasehold.leads.pipeline import add_lead, move_to_stage, stays_of
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.institutions.forms import (
    EditInstitutionForm,
    InstitutionFields,
    StageForm,
    numbered_name,
    stored_institution,
)
from leasehold.panel.institutions.markdown import rendered
from leasehold.panel.institutions.table import INSTITUTION_TABLE
from leasehold.panel.institutions.timeline import timeline_of
from leasehold.panel.institutions.words import stage_words
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on, save_form
from leasehold.panel.stale import save_additional, save_versioned
from leasehold.staff.names import names_of_actors

pages = Pages("institutions")
FORM = ("GET", "POST")
MOST_AT_FIRST = 100
_MOST_AT_ALL = 5000
_MOST_SUGGESTED = 10


def page_of(institution_id: int) -> str:
    """The address of an institution's page."""
    return url_for("institutions.show_institution", institution_id=institution_id)


@pages.page("/institutions", needs=Right.READ)
def list_institutions() -> ResponseReturnValue:
    """All institutions."""
    return answer_list(INSTITUTION_TABLE)


@pages.page("/institutions/bulk", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def act_on_institutions() -> ResponseReturnValue:
    """Do something to many institutions."""
    return answer_bulk(INSTITUTION_TABLE)


@pages.page("/institutions/suggestions", needs=Right.READ)
def suggest() -> ResponseReturnValue:
    """Institutions whose name contains what is being typed, for the field that asks."""
    part = request.args.get("parent", "").strip()[:200].replace("\0", "")
    found = institutions_like(db(), part, limit=_MOST_SUGGESTED) if part else []
    return render_template("customers/suggestions.html", names=map(numbered_name, found))


@pages.page("/institutions/new", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def add_institution() -> ResponseReturnValue:
    """Write an institution down as a lead."""
    form = InstitutionFields.read()

    def save() -> str:
        made = add_lead(db(), form.card(db()), erased=form.erased())
        flash(_("The institution is written down."), "success")
        if possible_duplicates(db(), made.id):
            flash(_("It may have been written down before: compare."), "warning")
            return url_for("duplicates.show_duplicates", institution_id=made.id)
        return page_of(made.id)

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = url_for("institutions.list_institutions")
    page = render_template("form.html", form=form, title=_("New institution"), label=_("Save"), cancel=cancel)
    return page, form.status


@pages.page("/institutions/<int:institution_id>", needs=Right.READ)
def show_institution(institution_id: int) -> ResponseReturnValue:
    """One institution: what is said of it, its people, what is to be done, notes, and what happened."""
    session = db()
    line = read_line(session, institution_id, get_timezone())
    if line is None:
        survivor = survivor_of(session, institution_id)
        if survivor is None:
            raise InstitutionNotFound(str(institution_id))
        return redirect(page_of(survivor))
    most = _MOST_AT_ALL if request.args.get("all") == "yes" else MOST_AT_FIRST
    people = list_contacts(session, institution_id)
    details = list_details(session, Owner(institution_id=institution_id))
    open_ones, done = activities_about(session, get_timezone(), institution_id, limit=most)
    notes, stays = list_notes(session, institution_id, limit=most), stays_of(session, institution_id)
    mine = [("institutions", str(institution_id))]
    for one in people:
        mine += [("contacts", str(one.contact.id)), ("affiliations", str(one.contact.id))]
    changes = changes_of(session, mine)
    actors = {change.actor for change in changes} | {note.version.made_by for note in notes}
    actors |= {one.activity.done_by for one in done if one.activity.done_by} | {stay.moved_by for stay in stays}
    return render_template(
        "institutions/institution.html",
        line=line,
        institution=line.institution,
        contacts=people,
        details=details,
        addresses=list_addresses(session, institution_id),
        children=list_children(session, institution_id),
        activities=open_ones,
        notes=notes,
        most=most,
        has_more=most in (len(notes), len(open_ones) + len(done)),
        timeline=timeline_of(done, notes, stays),
        changes=changes,
        names=names_of_actors(session, actors),
        rendered=rendered,
        stage_words=stage_words,
    )


@pages.page("/institutions/<int:institution_id>/edit", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def edit_institution(institution_id: int) -> ResponseReturnValue:
    """Change what is said of an institution."""
    stored = stored_institution(db(), read_institution(db(), institution_id))
    form = EditInstitutionForm.read(**stored.values, version=stored.version)

    def save() -> str:
        card, version = form.card(db()), form.version.data
        institutions.edit_institution(db(), institution_id, card, version=version, erased=form.erased())
        flash(_("The institution is saved."), "success")
        return page_of(institution_id)

    again = lambda: stored_institution(db(), read_institution(db(), institution_id))  # noqa: E731
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title, cancel = _("Edit %(name)s", name=stored.values["name"]), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status


@pages.page("/institutions/<int:institution_id>/stage", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def move_institution(institution_id: int) -> ResponseReturnValue:
    """Put a lead into another stage; the board sends its moves here too."""
    institution = read_institution(db(), institution_id)
    name = institution.name
    form = StageForm.read(stage=str(institution.stage_id or ""), version=institution.version)
    back = url_for("board.show_board") if form.origin.data == "board" else page_of(institution_id)

    def save() -> str:
        stage, reason = int(form.stage.data), form.lost_reason.data
        move_to_stage(db(), institution_id, stage, lost_reason=reason, version=form.version.data)
        flash(_("%(name)s is moved.", name=name), "success")
        return back

    if (onward := save_additional(form, save, lambda: read_institution(db(), institution_id).version)) is not None:
        return onward
    title = _("Move %(name)s to a stage", name=name)
    return render_template("form.html", form=form, title=title, label=_("Move"), cancel=back), form.status


@pages.page("/institutions/<int:institution_id>/archive", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def archive_institution(institution_id: int) -> ResponseReturnValue:
    """Put an institution away."""
    institutions.archive_institution(db(), institution_id)
    flash(_("The institution is archived."), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)


@pages.page("/institutions/<int:institution_id>/bring-back", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def bring_back_institution(institution_id: int) -> ResponseReturnValue:
    """Take an institution out of the archive."""
    institutions.bring_back_institution(db(), institution_id)
    flash(_("The institution is brought back."), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)


@pages.page("/institutions/<int:institution_id>/delete", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def delete_institution(institution_id: int) -> ResponseReturnValue:
    """Delete an institution that is no customer."""
    name = read_institution(db(), institution_id).name
    question = _("Delete %(name)s with its contacts, activities and notes?", name=name)
    if (page := ask_first(question, _("Delete institution"))) is not None:
        return page
    institutions.delete_institution(db(), institution_id)
    flash(_("The institution is deleted."), "success")
    return go_on("institutions.list_institutions")
