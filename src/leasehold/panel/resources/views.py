"""The pages about resources: the list, and one of them with its history."""

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.objects import changes_of
from leasehold.kit.errors import DomainError
from leasehold.panel.context import actor, db, finish
from leasehold.panel.licenses.forms import NoteForm
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.refusals import sentence_for
from leasehold.panel.resources.acts import RESOURCE_ACTS
from leasehold.panel.resources.pool_views import pages
from leasehold.panel.resources.table import RESOURCE_TABLE
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for
from leasehold.resources.finding import read_resource
from leasehold.resources.history import history_of_resource
from leasehold.resources.keeping import add_note as keep_note
from leasehold.resources.keeping import list_notes
from leasehold.resources.pools import read_pool
from leasehold.resources.vocabulary import ResourceKind
from leasehold.staff.names import names_of_actors

_RESOURCE = "/resources/<int:resource_id>"
_ACTS = "release, reserve, lift_reservation, end_quarantine, retire, bring_back"


@pages.page("/resources", needs=Right.READ)
def list_resources() -> ResponseReturnValue:
    """All resources."""
    return answer_list(RESOURCE_TABLE)


@pages.page("/resources/bulk", needs=Right.CHANGE_LICENSES, methods=("POST",))
def change_many() -> ResponseReturnValue:
    """Do something to many resources."""
    return answer_bulk(RESOURCE_TABLE)


@pages.page(_RESOURCE, needs=Right.READ)
def show_resource(resource_id: int) -> ResponseReturnValue:
    """One resource: how it stands, who has and had it, and what was said and changed about it."""
    session = db()
    found = read_resource(session, resource_id)
    history = history_of_resource(session, resource_id)
    notes = list_notes(session, resource_id)
    changes = changes_of(session, [("resources", str(resource_id))])
    actors = {change.actor for change in changes} | {note.made_by for note in notes}
    actors |= {name for line in history for name in (line.allocated_by, line.released_by) if name}
    return render_template(
        "resources/resource.html",
        resource=found.resource,
        state=badge_for(found.state),
        kind=badge_for(ResourceKind(found.resource.kind)),
        pool=read_pool(session, found.resource.pool_id),
        history=history,
        notes=notes,
        note=NoteForm(),
        acts=[act for act in RESOURCE_ACTS if found.state in act.possible_for],
        changes=changes,
        names=names_of_actors(session, actors),
    )


@pages.page(f"{_RESOURCE}/<any({_ACTS}):act_name>", needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def change_resource(resource_id: int, act_name: str) -> ResponseReturnValue:
    """Ask, for a reason where one is needed; then do it."""
    act = next((act for act in RESOURCE_ACTS if act.name == act_name), None) or abort(HTTPStatus.NOT_FOUND)
    value = read_resource(db(), resource_id).resource.value
    here = url_for("resources.show_resource", resource_id=resource_id)
    form = act.form(request.form if request.method == "POST" else None)

    def page(*errors: str) -> str:
        return render_template("resources/act.html", act=act, form=form, value=value, back=here, errors=errors)

    if request.method != "POST":
        return page()
    if not form.validate():
        return page(), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        act.run(db(), value, form)
    except DomainError as refusal:
        finish(keep=False)
        return page(sentence_for(refusal)), STATUS_OF[refusal.kind]
    flash(act.done(), "success")
    return redirect(here, HTTPStatus.SEE_OTHER)


@pages.page(f"{_RESOURCE}/notes", needs=Right.CHANGE_LICENSES, methods=("POST",))
def add_note(resource_id: int) -> ResponseReturnValue:
    """Keep a note about a resource."""
    resource = read_resource(db(), resource_id).resource
    keep_note(db(), resource.value, request.form.get("body", ""), actor=actor())
    flash(_("The note is kept."), "success")
    return redirect(url_for("resources.show_resource", resource_id=resource_id), HTTPStatus.SEE_OTHER)
