"""`leasehold privacy …`."""

from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from leasehold.cli import privacy_requests
from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.erasure import digester, keep_ledger
from leasehold.cli.output import rfc3339
from leasehold.cli.people import PersonArgument, erased_fields
from leasehold.cli.privacy_requests import day_from
from leasehold.cli.processing_record import record_as_markdown, record_fields
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.privacy.errors import NotProposed
from leasehold.privacy.keeping import keep
from leasehold.privacy.map import PERSONAL_DATA_MAP
from leasehold.privacy.record import read_processing_record
from leasehold.privacy.retention import Proposal, approve, list_proposals, list_rules, set_rule
from leasehold.privacy.vocabulary import RetentionKind
from leasehold.settings.days import today_of

app = new_group()
retention = new_group()
app.add_typer(privacy_requests.app, name="request", help="What people have asked for, and until when it is due.")
app.add_typer(retention, name="retention", help="How long people are kept: rules propose, you approve.")


@verb(app, "map")
def show_map(call: Call) -> None:
    """List where data are, whom they are about, what they are for, and what an erasure does to them."""
    rows: list[dict[str, Any]] = [
        {
            "table": table.name,
            "column": name,
            "whose": column.whose.value,
            "fate": column.fate.value,
            "purpose": table.purpose,
        }
        for table in PERSONAL_DATA_MAP
        for name, column in table.columns.items()
    ]
    call.show_list(rows, ("table", "column", "whose", "fate", "purpose"))


@verb(app, "record")
def show_record(call: Call) -> None:
    """Print the record of processing activities (Art. 30 GDPR), made of the map and the configuration, as Markdown."""
    with transaction(call) as session:
        record = read_processing_record(session, call.configuration)
    if call.common.as_json:
        call.show(record_fields(record))
    else:
        typer.echo(record_as_markdown(record))


@verb(retention, "rules")
def rules(call: Call) -> None:
    """List the rules, and after how many months each proposes people."""
    with transaction(call) as session:
        rows = [{"rule": kind.value, "months": months} for kind, months in list_rules(session).items()]
    call.show_list(rows, ("rule", "months"))


@verb(retention, "set")
def set_(
    call: Call,
    rule: Annotated[RetentionKind, typer.Argument(help="Which rule.", show_default=False)],
    months: Annotated[str, typer.Argument(metavar="MONTHS", help="So many, or `off`.", show_default=False)],
) -> None:
    """Let a rule wait so many months after the last dealings with a person, or propose nobody (`off`)."""
    if months != "off" and not (months.isascii() and months.isdigit() and len(months) < 9):  # digits
        raise typer.BadParameter("a number of months, or off", param_hint="MONTHS")
    wanted = None if months == "off" else int(months)
    with transaction(call) as session:
        set_rule(session, rule, wanted)
    call.show({"rule": rule.value, "months": wanted})


@verb(retention, "list")
def proposals(call: Call) -> None:
    """List whom the rules propose to erase."""
    with transaction(call) as session:
        rows = [_fields(one) for one in list_proposals(session)]
    call.show_list(rows, ("id", "name", "institutions", "last_sign", "rule"))


@verb(retention, "keep")
def keep_(
    call: Call,
    person: PersonArgument,
    *,
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day, such as 2027-12-31.", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; name no persons.", show_default=False)],
) -> None:
    """Keep a person until a day: no rule proposes them before it is over."""
    with transaction(call) as session:
        last_day = day_from(until) or date.max
        kept = keep(session, person, last_day, reason, today=today_of(session))
        fields = {"id": person, "kept_until": kept.kept_until.isoformat(), "reason": kept.reason}
    call.show(fields)


@verb(retention, "approve")
def approve_(
    call: Call,
    people: Annotated[list[int], typer.Argument(metavar="ID...", help="Who of the proposed.", show_default=False)],
    *,
    without_backup: WithoutBackup = "",
) -> None:
    """Erase people whom a rule proposes, all of these or none. A backup is made first."""
    with transaction(call) as session:
        _check(session, people)
    guard_of(call, without_backup).before_change("the erasure of people by retention rules")
    with transaction(call) as session:
        done = approve(session, people, digester=digester(call))
    keep_ledger(call)
    call.show_list([erased_fields(one) for one in done], ("id", "erased_at", "texts", "audit_values"))


def _check(session: Session, people: list[int]) -> None:
    """So that no backup is made for what is refused anyway."""
    proposed = {one.contact_id for one in list_proposals(session, ids=people, limit=len(people))}
    for contact_id in people:
        if contact_id not in proposed:
            raise NotProposed(contact_id)


def _fields(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.contact_id,
        "name": proposal.name,
        "institutions": list(proposal.institutions),
        "last_sign": rfc3339(proposal.last_sign),
        "rule": proposal.kind.value,
        "months": proposal.months,
    }
