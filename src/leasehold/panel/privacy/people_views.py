"""The pages about people: found, read, restricted, erased."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.customers.contacts import list_places
from leasehold.kit.row_ids import read_row_id
from leasehold.panel.audit.words import ACTIONS
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.guarding import back_up_first
from leasehold.panel.lists.table import Badge
from leasehold.panel.privacy.column_words import row_in_words
from leasehold.panel.privacy.erasure import digester, keep_erasures
from leasehold.panel.privacy.forms import EraseForm
from leasehold.panel.privacy.purpose_words import PURPOSES
from leasehold.panel.privacy.subject import pages
from leasehold.panel.privacy.views import today
from leasehold.panel.reasons import Question, ask_reason
from leasehold.panel.rights import Right
from leasehold.panel.saving import carry_out, is_valid
from leasehold.panel.words import badge_for
from leasehold.privacy import erasing, restricting
from leasehold.privacy.exporting import collect, export_person
from leasehold.privacy.people import PAGE, Person, list_people, read_person
from leasehold.privacy.requests import list_requests
from leasehold.privacy.vocabulary import PersonState
from leasehold.reminders.vocabulary import ReminderKind
from leasehold.staff.names import names_of_actors

_FORM = ("GET", "POST")
_LONGEST_PART = 200


@pages.page("/privacy/people", needs=Right.ADMINISTER)
def find_people() -> ResponseReturnValue:
    """People by a part of their name, an address or a number; also who is restricted or erased."""
    part = request.args.get("q", "").strip()[:_LONGEST_PART].replace("\0", "")
    after_id = read_row_id(request.args.get("after", "")) or 0
    found = list_people(db(), part=part, after_id=after_id)
    people = [(person, badge_for(person.state)) for person in found]
    return render_template("privacy/people.html", people=people, part=part, more=len(found) == PAGE)


@pages.page("/privacy/people/<int:contact_id>", needs=Right.ADMINISTER)
def show_person(contact_id: int) -> ResponseReturnValue:
    """All data on a person."""
    session = db()
    person = read_person(session, contact_id)
    found = collect(session, person)
    return render_template(
        "privacy/person.html",
        one=person,
        state=badge_for(person.state),
        is_in_use=person.state is PersonState.IN_USE,
        may_unrestrict=person.state is PersonState.RESTRICTED,
        found=found,
        rows={table: [row_in_words(table, row) for row in part["rows"]] for table, part in found["data"].items()},
        purposes=PURPOSES,
        requests=list_requests(session, today=today(), contact_id=contact_id),
        told=[_told(line) for line in found["reminders"]],
        changes=[_change(change) for change in found["changes"]],
        places=list_places(session, contact_id),
        names=names_of_actors(session, {one["actor"] for one in found["changes"]}),
    )


@pages.page("/privacy/people/<int:contact_id>/export", needs=Right.ADMINISTER)
def download_person(contact_id: int) -> ResponseReturnValue:
    """The same as JSON, to be handed to the person; that it was taken is audited."""
    found = export_person(db(), contact_id)
    answer = Response(json.dumps(found, ensure_ascii=False, indent=2) + "\n", content_type="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"person-{contact_id}.json")
    return answer


@pages.page("/privacy/people/<int:contact_id>/restrict", needs=Right.ADMINISTER, methods=_FORM)
def restrict_person(contact_id: int) -> ResponseReturnValue:
    """Keep the data, and use them for nothing."""
    question = Question(
        _("Restrict"),
        _("Keep the data of this person and use them for nothing? Lists, search and reminders leave the person out."),
        [read_person(db(), contact_id).name],
        _page_of(contact_id),
    )

    def restrict(reason: str) -> str:
        restricting.restrict(db(), contact_id, reason)
        return str(_("The data are restricted."))

    return ask_reason(question, restrict)


@pages.page("/privacy/people/<int:contact_id>/unrestrict", needs=Right.ADMINISTER, methods=("POST",))
def unrestrict_person(contact_id: int) -> ResponseReturnValue:
    """Let the data be used again."""
    person = read_person(db(), contact_id)
    question = _("Let the data of %(name)s be used again?", name=person.name)
    if (page := ask_first(question, _("Lift the restriction"))) is not None:
        return page
    restricting.unrestrict(db(), contact_id)
    flash(_("The restriction is lifted."), "success")
    return redirect(_page_of(contact_id), HTTPStatus.SEE_OTHER)


@pages.page("/privacy/people/<int:contact_id>/erase", needs=Right.ADMINISTER)
def preview_erasure(contact_id: int) -> ResponseReturnValue:
    """What would become of the data."""
    return _erase_page(read_person(db(), contact_id), EraseForm.read()), HTTPStatus.OK


@pages.page("/privacy/people/<int:contact_id>/erase", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def erase_person(contact_id: int) -> ResponseReturnValue:
    """Erase the person for good, after a backup."""
    read_person(db(), contact_id)
    form = EraseForm.read()
    if is_valid(form):
        if (page := back_up_first("the erasure of a person")) is not None:
            return page
        if (onward := carry_out(form, lambda: _erase(contact_id, form))) is not None:
            return onward
    return _erase_page(read_person(db(), contact_id), form), form.status


def _told(line: dict[str, Any]) -> tuple[datetime, Badge, str | None, datetime]:
    """What a mail told: when it was written, what of, which license, and its end."""
    written, about = (datetime.fromisoformat(line[name]) for name in ("written_at", "about"))
    return written, badge_for(ReminderKind(line["kind"])), line["license_key"], about


def _change(change: dict[str, Any]) -> dict[str, Any]:
    """A change as people read it."""
    table = change["table"]
    sides = {side: row_in_words(table, change[side]) for side in ("before", "after")}
    what = ACTIONS.get(change["action"], change["action"])
    at = datetime.fromisoformat(change["occurred_at"])
    return {"at": at, "actor": change["actor"], "table": table, "action": what, **sides}


def _erase(contact_id: int, form: EraseForm) -> str:
    erasing.erase(
        db(),
        contact_id,
        form.reason.data or "",
        digester=digester(),
        even_if_restricted=form.even_if_restricted.data,
        by_last_name=form.by_last_name.data,
    )
    keep_erasures()
    flash(_("The person is erased."), "success")
    return _page_of(contact_id)


def _erase_page(person: Person, form: EraseForm) -> str:
    if person.state is not PersonState.RESTRICTED:
        del form.even_if_restricted
    preview = erasing.preview_erasure(db(), person.id)
    return render_template(
        "privacy/erase.html", one=person, form=form, preview=preview, purposes=PURPOSES, back=_page_of(person.id)
    )


def _page_of(contact_id: int) -> str:
    return url_for("privacy.show_person", contact_id=contact_id)
