"""`leasehold activity …`."""

from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.institution_fields import activity_fields
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.institutions import find_institution
from leasehold.leads.activities import (
    ActivityCard,
    activities_of,
    add_activity,
    done_activities,
    finish_activity,
    open_activities,
    read_activity_line,
)
from leasehold.leads.due import read_due
from leasehold.leads.vocabulary import ActivityKind
from leasehold.settings.days import time_zone
from leasehold.staff.service import get_staff_member

app = new_group()

_COLUMNS = ("id", "institution", "kind", "subject", "due_at", "done_at")


@verb(app, "add")
def add(
    call: Call,
    institution: Annotated[str, typer.Argument(metavar="NAME-OR-ID", help="The institution.", show_default=False)],
    subject: Annotated[str, typer.Argument(help="What is to be done.", show_default=False)],
    *,
    kind: Annotated[ActivityKind, typer.Option(help="What sort of activity it is.")] = ActivityKind.TASK,
    due: Annotated[
        str | None, typer.Option(metavar="DAY", help="Until when: 2027-12-31, or 2027-12-31T18:00 with a time.")
    ] = None,
    assignee: Annotated[str | None, typer.Option(metavar="EMAIL-OR-ID", help="Who of the staff is to do it.")] = None,
) -> None:
    """Write down what is to be done about an institution."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        zone = time_zone(session)
        due_at = read_due(due, zone) if due else None
        assignee_id = get_staff_member(session, assignee).id if assignee else None
        made = add_activity(session, found.id, ActivityCard(kind, subject, due_at, assignee_id), actor=call.actor)
        fields = activity_fields(read_activity_line(session, made.id, zone))
    call.show(fields)


@verb(app, "list")
def list_(
    call: Call,
    *,
    institution: Annotated[
        str | None, typer.Option(metavar="NAME-OR-ID", help="Only those about this institution.")
    ] = None,
    assignee: Annotated[
        str | None, typer.Option(metavar="EMAIL-OR-ID", help="Only those that this member of the staff has to do.")
    ] = None,
    done: Annotated[
        bool, typer.Option("--done", help="Those of an institution that are done, the last first.")
    ] = False,
) -> None:
    """List what is to be done, the most urgent first."""
    if (done and institution is None) or (institution is not None and assignee is not None):
        raise typer.BadParameter("--done needs --institution, which goes without --assignee")
    with transaction(call) as session:
        zone = time_zone(session)
        if assignee is not None:
            lines = activities_of(session, zone, get_staff_member(session, assignee).id)
        else:
            about = find_institution(session, institution).id if institution is not None else None
            lines = done_activities(session, zone, about) if done and about else open_activities(session, zone, about)
        call.show_list(map(activity_fields, lines), _COLUMNS)


@verb(app, "done")
def done_(
    call: Call,
    activity: Annotated[int, typer.Argument(metavar="ID", help="The activity.", show_default=False)],
    *,
    outcome: Annotated[str | None, typer.Option(metavar="TEXT", help="What came of it.")] = None,
) -> None:
    """Say that something is done."""
    with transaction(call) as session:
        finish_activity(session, activity, actor=call.actor, outcome=outcome)
        session.expire_all()
        fields = activity_fields(read_activity_line(session, activity, time_zone(session)))
    call.show(fields)
