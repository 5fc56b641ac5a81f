"""Do something to many rows: ask with the count and the first of them, do it row by row, say what became of each."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound
from wtforms import Form

from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction
from leasehold.panel.context import actor, db, finish, installation, may
from leasehold.panel.guarding import back_up_first
from leasehold.panel.lists.labels import read_labels
from leasehold.panel.lists.selection import Selection, read_selection
from leasehold.panel.lists.table import BulkAct, Table
from leasehold.panel.refusals import sentence_for

_FIRST = 10


def answer_bulk(table: Table[Any, Any]) -> ResponseReturnValue:
    """The confirmation, or, once it was given for just these rows, what became of each. Raises `ListInvalid`."""
    act = next((act for act in table.acts if act.name == request.form.get("act")), None)
    if act is None:
        raise NotFound
    if not may(act.needs):
        raise Forbidden
    selection, confirmed = read_selection(db(), table, request.form)
    form = act.form(request.form) if act.form else None
    asked_already = "selection" in request.form
    if not confirmed or (form is not None and not form.validate()):
        return _ask(table, act, selection, form, changed=asked_already and not confirmed)
    if act.guarded and (page := back_up_first(f"{act.name} {len(selection.keys)} {table.name}")) is not None:
        return page
    finish(keep=False)
    outcomes = {key: _run(act, key, form) for key in selection.keys}
    refused = {key: why for key, why in outcomes.items() if why is not None}
    labels = read_labels(db(), table, tuple(refused))
    done = len(outcomes) - len(refused)
    return render_template("lists/bulk_result.html", table=table, act=act, done=done, refused=refused, labels=labels)


def _ask(
    table: Table[Any, Any], act: BulkAct, selection: Selection, form: Form | None, *, changed: bool
) -> ResponseReturnValue:
    if form is not None and "selection" not in request.form:
        form = act.form() if act.form else None  # nothing was typed yet, so nothing is wrong yet
    count = len(selection.keys)
    return render_template(
        "lists/bulk_confirm.html",
        table=table,
        act=act,
        question=act.question(count),
        first=selection.keys[:_FIRST],
        labels=read_labels(db(), table, selection.keys[:_FIRST]),
        more=max(0, count - _FIRST),
        selection=selection.sign(table),
        form=form,
        changed=changed,
    )


def _run(act: BulkAct, key: str, form: Form | None) -> str | None:
    """None where it was done, else why not."""
    try:
        with transaction(installation().database, actor()) as session:
            act.run(session, key, form)
    except DomainError as error:
        return sentence_for(error)
    return None
