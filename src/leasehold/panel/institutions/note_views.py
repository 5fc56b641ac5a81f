"""The pages about notes: written, changed with a comparison where two do so at once, and every version."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from leasehold.customers.institutions import read_institution
from leasehold.kit.row_ids import read_row_id
from leasehold.leads import notes
from leasehold.leads.differences import differences
from leasehold.leads.errors import NoteChanged
from leasehold.leads.notes import read_note
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import actor, db
from leasehold.panel.institutions.markdown import rendered
from leasehold.panel.institutions.views import FORM, page_of, pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import PanelForm, go_on, is_valid, save_form
from leasehold.staff.names import names_of_actors

_NOTE = "/notes/<int:note_id>"


class NoteFields(PanelForm):
    """What is noted."""

    body = TextAreaField(
        lazy_gettext("Note"),
        [InputRequired(), Length(max=notes.LONGEST_NOTE)],
        description=lazy_gettext("Markdown: # heading, **bold**, - list, [text](https://…)."),
        render_kw={"rows": 12},
    )


class EditNoteForm(NoteFields):
    """The same; `base` is the version that it was written on top of."""

    base = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


@pages.page("/institutions/<int:institution_id>/notes/new", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def add_note(institution_id: int) -> ResponseReturnValue:
    """Keep a note."""
    name = read_institution(db(), institution_id).name
    form = NoteFields.read()

    def save() -> str:
        notes.add_note(db(), institution_id, form.body.data or "", actor=actor())
        flash(_("The note is kept."), "success")
        return page_of(institution_id)

    if (onward := save_form(form, save)) is not None:
        return onward
    title, cancel = _("New note on %(name)s", name=name), page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Keep note"), cancel=cancel), form.status


@pages.page(_NOTE, needs=Right.READ)
def show_note(note_id: int) -> ResponseReturnValue:
    """A note with every version, and what each has changed."""
    line, versions = read_note(db(), note_id), notes.list_versions(db(), note_id)
    before = [*(one.body for one in versions[1:]), ""]
    return render_template(
        "institutions/note.html",
        line=line,
        institution=read_institution(db(), line.note.institution_id),
        versions=[(one, differences(old, one.body)) for one, old in zip(versions, before, strict=True)],
        names=names_of_actors(db(), {one.made_by for one in versions}),
        rendered=rendered,
    )


@pages.page(f"{_NOTE}/edit", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def edit_note(note_id: int) -> ResponseReturnValue:
    """Write a new version; where somebody else has written one meanwhile, both are shown and nothing is saved."""
    line = read_note(db(), note_id)
    form = EditNoteForm.read(body=line.version.body, base=line.version.number)
    changed: NoteChanged | None = None
    if is_valid(form):
        try:
            notes.save_note(db(), note_id, form.body.data or "", base=form.base.data, actor=actor())
        except NoteChanged as error:
            changed = error
            form.refuse(error)
            form.base.data, form.base.raw_data = error.theirs, None
        else:
            flash(_("The note is saved."), "success")
            return redirect(url_for("institutions.show_note", note_id=note_id), 303)
    page = render_template(
        "institutions/edit_note.html",
        form=form,
        title=_("Edit note"),
        label=_("Save"),
        cancel=url_for("institutions.show_note", note_id=note_id),
        theirs=changed.body if changed else None,
        compared=differences(changed.body, form.body.data or "") if changed else [],
    )
    return page, form.status


@pages.page(f"{_NOTE}/restore/<int:number>", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def restore_note(note_id: int, number: int) -> ResponseReturnValue:
    """Make an earlier version the present one, on top of the version that was looked at."""
    latest = read_note(db(), note_id).note.latest
    looked_at = read_row_id(request.form.get("base", ""))
    base = latest if looked_at is None else looked_at
    notes.restore_version(db(), note_id, number, base=base, actor=actor())
    flash(_("Version %(number)s is restored.", number=number), "success")
    return go_on("institutions.show_note", note_id=note_id)


@pages.page(f"{_NOTE}/pin", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def pin_note(note_id: int) -> ResponseReturnValue:
    """Let a note stand above the others, or no more."""
    notes.pin_note(db(), note_id, pinned=request.form.get("pinned") == "yes")
    return go_on("institutions.show_note", note_id=note_id)


@pages.page(f"{_NOTE}/remove", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def remove_note(note_id: int) -> ResponseReturnValue:
    """Take a note out of sight."""
    institution_id = read_note(db(), note_id).note.institution_id
    if (page := ask_first(_("Remove this note?"), _("Remove note"))) is not None:
        return page
    notes.remove_note(db(), note_id)
    flash(_("The note is removed."), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)
