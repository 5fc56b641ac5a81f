"""Two institutions are compared, merged, and made two again."""

from collections.abc import Mapping

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from leasehold.customers.institutions import LONGEST_NAME, read_institution
from leasehold.kit.row_ids import read_row_id
from leasehold.leads.merging.fields import CHOICES, Side
from leasehold.leads.merging.service import Versions, merge_institutions, preview_merge
from leasehold.leads.merging.undoing import DAYS_TO_UNDO, undo_merge
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import actor, db
from leasehold.panel.fields import text
from leasehold.panel.guarding import back_up_first
from leasehold.panel.institutions.forms import named_institution
from leasehold.panel.institutions.joining_words import FIELDS, MOVING, both, value_words
from leasehold.panel.institutions.views import FORM, page_of, pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import PanelForm, carry_out, go_on, is_valid, save_form


class OtherForm(PanelForm):
    """Which other one."""

    other = text(
        lazy_gettext("The institution that stays"),
        LONGEST_NAME + 60,
        help_text=lazy_gettext("Its name or number."),
        required=True,
    )


class MergeForm(PanelForm):
    """How often the two had been changed when they were compared; the choices stand beside."""

    loser_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    winner_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def keep(self) -> Mapping[str, Side]:
        """Whose values stay, of the fields in which there was a choice."""
        chosen = {name: request.form.get(f"keep-{name}", "") for name in CHOICES}
        return {name: Side(side) for name, side in chosen.items() if side in list(Side)}


@pages.page("/institutions/<int:institution_id>/merge", needs=Right.CHANGE_CUSTOMERS, methods=FORM)
def merge_institution(institution_id: int) -> ResponseReturnValue:
    """Compare an institution with the one that it is to be merged into, then do it."""
    into = read_row_id(request.args.get("into", ""))
    if into is None:
        return _ask_for_the_other(institution_id)
    preview = preview_merge(db(), institution_id, into)
    loser, winner = preview.loser, preview.winner
    title = _("Merge %(loser)s into %(winner)s", loser=loser.name, winner=winner.name)
    form = MergeForm.read(loser_version=loser.version, winner_version=winner.version)
    if is_valid(form):
        if (page := back_up_first(f"merging institution {institution_id} into {into}")) is not None:
            return page
        if (onward := carry_out(form, lambda: _merge(institution_id, into, form))) is not None:
            return onward
        preview = preview_merge(db(), institution_id, into)
        form = _shown_again(form, preview.loser.version, preview.winner.version)
    page = render_template(
        "institutions/merge.html",
        form=form,
        title=title,
        preview=preview,
        days=DAYS_TO_UNDO,
        fields=FIELDS,
        moving=MOVING,
        both=both,
        words=lambda name, value: value_words(db(), name, value),
    )
    return page, form.status


@pages.page("/institutions/<int:institution_id>/unmerge", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def unmerge_institution(institution_id: int) -> ResponseReturnValue:
    """Undo the merge by which an institution was given up."""
    name = read_institution(db(), institution_id).name
    question = _("Bring %(name)s back with all that has moved?", name=name)
    if (page := ask_first(question, _("Undo the merge"))) is not None:
        return page
    if (page := back_up_first(f"undoing the merge of institution {institution_id}")) is not None:
        return page
    undo_merge(db(), institution_id, actor=actor())
    flash(_("%(name)s stands for itself again.", name=name), "success")
    return go_on("institutions.show_institution", institution_id=institution_id)


def _merge(loser_id: int, winner_id: int, form: MergeForm) -> str:
    versions = Versions(form.loser_version.data, form.winner_version.data)
    merge_institutions(db(), loser_id, winner_id, actor=actor(), keep=form.keep(), versions=versions)
    flash(_("The two are one now; for %(days)s days that can be undone.", days=DAYS_TO_UNDO), "success")
    return page_of(winner_id)


def _shown_again(form: MergeForm, loser: int, winner: int) -> MergeForm:
    """The form that was refused, as it is sent next: about the two as they are now."""
    form.loser_version.data, form.loser_version.raw_data = loser, None
    form.winner_version.data, form.winner_version.raw_data = winner, None
    return form


def _ask_for_the_other(institution_id: int) -> ResponseReturnValue:
    institution = read_institution(db(), institution_id)
    title, form = _("Merge %(name)s into another", name=institution.name), OtherForm.read()

    def save() -> str:
        other = named_institution(db(), form.other.data or "")
        return url_for("institutions.merge_institution", institution_id=institution_id, into=other.id)

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = page_of(institution_id)
    return render_template("form.html", form=form, title=title, label=_("Compare"), cancel=cancel), form.status
