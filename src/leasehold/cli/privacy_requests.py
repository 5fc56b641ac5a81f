"""`leasehold privacy request …`."""

from datetime import date
from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.output import Fields
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.kit.errors import DomainError, Kind
from leasehold.privacy.requests import (
    RequestLine,
    add_request,
    extend_request,
    finish_request,
    list_requests,
    read_request,
)
from leasehold.privacy.vocabulary import RequestKind, RequestOutcome
from leasehold.settings.days import today_of

app = new_group()

RequestArgument = Annotated[int, typer.Argument(metavar="ID", help="Which request.", show_default=False, min=1)]
DayOption = Annotated[str | None, typer.Option(metavar="DAY", help="Such as 2027-12-31.", show_default="today")]
_LISTED = ("id", "kind", "person", "subject", "received_on", "due_on", "state", "outcome")


@verb(app, "add")
def add(
    call: Call,
    kind: Annotated[RequestKind, typer.Argument(help="What is asked for.", show_default=False)],
    *,
    person: Annotated[int | None, typer.Option(metavar="ID", help="Who has asked, by number.", min=1)] = None,
    subject: Annotated[str | None, typer.Option(metavar="TEXT", help="Who has asked, in words.")] = None,
    received: DayOption = None,
) -> None:
    """Register what somebody asks for; it is due a month after it came."""
    with transaction(call) as session:
        today = today_of(session)
        came = day_from(received) or today
        request = add_request(session, kind, received_on=came, today=today, contact_id=person, subject=subject)
        fields = _fields(read_request(session, request.id, today=today))
    call.show(fields)


@verb(app, "list")
def list_(
    call: Call,
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Only what is not done.")] = False,
    person: Annotated[int | None, typer.Option(metavar="ID", help="Only those of this person.", min=1)] = None,
) -> None:
    """List requests, the late ones first."""
    with transaction(call) as session:
        lines = list_requests(session, today=today_of(session), contact_id=person, only_open=only_open)
        rows = [_fields(line) for line in lines]
    call.show_list(rows, _LISTED)


@verb(app, "extend")
def extend(
    call: Call,
    request: RequestArgument,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; tell the person, too.", show_default=False)],
) -> None:
    """Take two months more to answer, once, and before the first one is over."""
    with transaction(call) as session:
        today = today_of(session)
        extend_request(session, request, reason, today=today)
        fields = _fields(read_request(session, request, today=today))
    call.show(fields)


@verb(app, "done")
def done(
    call: Call,
    request: RequestArgument,
    *,
    outcome: Annotated[RequestOutcome, typer.Option(help="What became of it.")] = RequestOutcome.GRANTED,
    on: DayOption = None,
) -> None:
    """Say that a request is done, and what became of it."""
    with transaction(call) as session:
        today = today_of(session)
        finish_request(session, request, outcome, done_on=day_from(on) or today, today=today)
        fields = _fields(read_request(session, request, today=today))
    call.show(fields)


def day_from(text: str | None) -> date | None:
    """The day that was typed. Raises `DomainError` `date_invalid`."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        detail = f"{text!r} is no day that there is: write 2027-12-31."
        raise DomainError(Kind.INVALID, "date_invalid", detail, {"value": text}) from None


def _fields(line: RequestLine) -> Fields:
    request = line.request
    return {
        "id": request.id,
        "kind": request.kind,
        "person_id": request.contact_id,
        "person": line.person,
        "subject": request.subject,
        "received_on": request.received_on.isoformat(),
        "due_on": request.due_on.isoformat(),
        "state": line.state.value,
        "extension_reason": request.extension_reason,
        "done_on": request.done_on and request.done_on.isoformat(),
        "outcome": request.outcome,
    }
