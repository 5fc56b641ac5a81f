"""The pages about requests, and the map of personal data."""

from datetime import date, datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone
from flask_babel import gettext as _

from leasehold.kit.row_ids import read_row_id
from leasehold.panel.context import db, installation
from leasehold.panel.privacy.column_words import column_words
from leasehold.panel.privacy.forms import RequestDoneForm, RequestForm
from leasehold.panel.privacy.purpose_words import PURPOSES
from leasehold.panel.privacy.subject import pages
from leasehold.panel.reasons import Question, ask_reason
from leasehold.panel.rights import Right
from leasehold.panel.saving import save_form
from leasehold.panel.words import badge_for, words_for
from leasehold.privacy import requests
from leasehold.privacy.map import PERSONAL_DATA_MAP
from leasehold.privacy.record import read_processing_record
from leasehold.privacy.vocabulary import RequestKind, RequestOutcome

_FORM = ("GET", "POST")


@pages.page("/privacy", needs=Right.ADMINISTER)
def list_requests() -> ResponseReturnValue:
    """What was asked for, the late ones first."""
    return render_template("privacy/requests.html", lines=requests.list_requests(db(), today=today()))


@pages.page("/privacy/requests/new", needs=Right.ADMINISTER, methods=_FORM)
def add_request() -> ResponseReturnValue:
    """Register what somebody asks for."""
    here = url_for("privacy.list_requests")
    form = RequestForm.read(received_on=today(), person=read_row_id(request.args.get("person", "")))

    def save() -> str:
        requests.add_request(
            db(),
            RequestKind(form.kind.data),
            received_on=form.received_on.data,
            today=today(),
            contact_id=form.person.data,
            subject=form.subject.data,
        )
        flash(_("The request is registered."), "success")
        return here

    return _form_page(form, save, _("New request"), _("Register"), here)


@pages.page("/privacy/requests/<int:request_id>/done", needs=Right.ADMINISTER, methods=_FORM)
def finish_request(request_id: int) -> ResponseReturnValue:
    """Say what became of a request."""
    here = url_for("privacy.list_requests")
    requests.read_request(db(), request_id, today=today())
    form = RequestDoneForm.read(done_on=today())

    def save() -> str:
        outcome = RequestOutcome(form.outcome.data)
        requests.finish_request(db(), request_id, outcome, done_on=form.done_on.data, today=today())
        flash(_("The request is done."), "success")
        return here

    return _form_page(form, save, _("Request %(number)s is done", number=request_id), _("Save"), here)


@pages.page("/privacy/requests/<int:request_id>/extend", needs=Right.ADMINISTER, methods=_FORM)
def extend_request(request_id: int) -> ResponseReturnValue:
    """Take two months more."""
    line = requests.read_request(db(), request_id, today=today())
    question = Question(
        _("Extend the time"),
        _("Take two further months to answer? The person has to be told so, with the reason, within the first month."),
        [line.person or line.request.subject or str(request_id)],
        url_for("privacy.list_requests"),
    )

    def extend(reason: str) -> str:
        requests.extend_request(db(), request_id, reason, today=today())
        return str(_("The time is extended."))

    return ask_reason(question, extend)


@pages.page("/privacy/map", needs=Right.ADMINISTER)
def show_map() -> ResponseReturnValue:
    """Where personal data are, what for, and what an erasure does to them."""
    lines = [
        (table.name, PURPOSES[table.name], name, badge_for(column.whose), badge_for(column.fate))
        for table in PERSONAL_DATA_MAP
        for name, column in table.columns.items()
        if column.whose.is_personal
    ]
    return render_template("privacy/map.html", lines=lines)


@pages.page("/privacy/record", needs=Right.ADMINISTER)
def show_record() -> ResponseReturnValue:
    """The record of processing activities, as the map and the configuration make it."""
    record = read_processing_record(db(), installation().configuration)
    lines = [
        (
            one,
            [badge_for(whose) for whose in one.persons],
            ", ".join(str(column_words(one.table, name)) for name in one.data),
            [badge_for(fate) for fate in one.fates],
        )
        for one in record.processings
    ]
    return render_template(
        "privacy/record.html",
        record=record,
        lines=lines,
        purposes=PURPOSES,
        rules=[(words_for(kind), months) for kind, months in record.rules.items()],
        receivers=[(words_for(receiver), address) for receiver, address in record.receivers.items()],
    )


def today() -> date:
    """The day that it is where the installation is."""
    return datetime.now(get_timezone()).date()


def _form_page(form: Any, save: Any, title: str, label: str, cancel: str) -> ResponseReturnValue:
    if (onward := save_form(form, save)) is not None:
        return onward
    return render_template("form.html", form=form, title=title, label=label, cancel=cancel), form.status
