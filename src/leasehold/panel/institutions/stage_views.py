"""The pages about the stages themselves: listed, added, changed, removed."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.leads import stages
from leasehold.leads.pipeline import list_stages
from leasehold.leads.stages import count_in_stages, read_stage
from leasehold.panel.context import db
from leasehold.panel.guarding import back_up_first
from leasehold.panel.institutions.board import pages
from leasehold.panel.institutions.stage_forms import EditStageForm, RemoveStageForm, StageFields, stored_stage
from leasehold.panel.institutions.words import stage_words
from leasehold.panel.rights import Right
from leasehold.panel.saving import is_valid, save_form
from leasehold.panel.stale import save_additional, save_versioned

_FORM = ("GET", "POST")


@pages.page("/pipeline/stages", needs=Right.READ)
def show_stages() -> ResponseReturnValue:
    """All stages in their order."""
    return render_template(
        "institutions/stages.html",
        stages=list_stages(db()),
        counts=count_in_stages(db()),
        stage_words=stage_words,
    )


@pages.page("/pipeline/stages/new", needs=Right.ADMINISTER, methods=_FORM)
def add_stage() -> ResponseReturnValue:
    """Add a stage."""
    form = StageFields.read().among()

    def save() -> str:
        stages.add_stage(db(), form.card(), after_id=form.after_id)
        flash(_("The stage is added."), "success")
        return url_for("board.show_stages")

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = url_for("board.show_stages")
    return render_template("form.html", form=form, title=_("New stage"), label=_("Save"), cancel=cancel), form.status


@pages.page("/pipeline/stages/<int:stage_id>/edit", needs=Right.ADMINISTER, methods=_FORM)
def edit_stage(stage_id: int) -> ResponseReturnValue:
    """Name, move or recolour a stage."""
    stage = read_stage(db(), stage_id)
    stored, name = stored_stage(stage), stage.name
    form = EditStageForm.read(**stored.values, version=stored.version).among(stage)

    def save() -> str:
        stages.edit_stage(db(), stage_id, form.card(name), after_id=form.after_id, version=form.version.data)
        flash(_("The stage is saved."), "success")
        return url_for("board.show_stages")

    if (onward := save_versioned(form, save, lambda: stored_stage(read_stage(db(), stage_id)))) is not None:
        return onward
    title, cancel = _("Edit the stage %(name)s", name=stored.values["name"]), url_for("board.show_stages")
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=cancel), form.status


@pages.page("/pipeline/stages/<int:stage_id>/remove", needs=Right.ADMINISTER, methods=_FORM)
def remove_stage(stage_id: int) -> ResponseReturnValue:
    """Remove a stage; where somebody stands in it, they go to another one, after a backup."""
    stage = read_stage(db(), stage_id)
    name, count = stage_words(stage.name), count_in_stages(db()).get(stage_id, 0)
    form = RemoveStageForm.read(version=stage.version).among(stage, count)
    here = url_for("board.show_stages")

    def save() -> str:
        stages.remove_stage(db(), stage_id, successor=form.successor(), version=form.version.data)
        flash(_("The stage %(name)s is removed.", name=name), "success")
        return here

    if count and is_valid(form) and (page := back_up_first("the removal of a stage of leads")) is not None:
        return page
    if (onward := save_additional(form, save, lambda: read_stage(db(), stage_id).version)) is not None:
        return onward
    return (
        render_template(
            "institutions/remove_stage.html",
            form=form,
            title=_("Remove the stage %(name)s", name=name),
            count=count,
            label=_("Remove stage"),
            cancel=here,
        ),
        form.status,
    )
