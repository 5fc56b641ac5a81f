"""`leasehold person …`."""

from typing import Annotated, Any

import typer

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.erasure import digester, keep_ledger
from leasehold.cli.output import Fields, print_cards, print_object, rfc3339
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.institutions import find_institution
from leasehold.customers.vcards.exporting import export_person as export_person_card
from leasehold.privacy.erasing import Erased, Preview, erase, preview_erasure
from leasehold.privacy.exporting import export_person
from leasehold.privacy.people import Person, list_people, read_person
from leasehold.privacy.restricting import restrict, unrestrict
from leasehold.privacy.vocabulary import PersonState

app = new_group()

PersonArgument = Annotated[int, typer.Argument(metavar="ID", help="The person's number.", show_default=False, min=1)]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why; it stays: name no persons.", show_default=False)
]
_LISTED = ("id", "name", "institutions", "state")


@verb(app, "list")
def list_(
    call: Call,
    *,
    find: Annotated[str, typer.Option(metavar="TEXT", help="Part of a name, an address or a number.")] = "",
    state: Annotated[PersonState | None, typer.Option(help="Only those of this state.")] = None,
) -> None:
    """List people, also those who are restricted or erased."""
    with transaction(call) as session:
        people = all_rows(
            lambda after: list_people(session, part=find, state=state, after_id=after), 0, lambda person: person.id
        )
        call.show_list(map(_fields, people), _LISTED)


@verb(app, "show")
def show(call: Call, person: PersonArgument) -> None:
    """Show one person, and whether their data may be used."""
    with transaction(call) as session:
        fields = _fields(read_person(session, person))
    call.show(fields)


@verb(app, "export")
def export(call: Call, person: PersonArgument) -> None:
    """Print all data on a person as JSON; that it was asked for is audited."""
    with transaction(call) as session:
        found = export_person(session, person)
    print_object(found, as_json=True)


@verb(app, "vcard")
def vcard(
    call: Call,
    person: PersonArgument,
    *,
    institution: Annotated[
        str | None,
        typer.Option(metavar="NAME-OR-ID", help="Where they are.", show_default="the first where they are now"),
    ] = None,
) -> None:
    """Print one person as a vCard, for address books; that it was taken is audited."""
    with transaction(call) as session:
        place = None if institution is None else find_institution(session, institution).id
        cards = export_person_card(session, person, place)
    print_cards(cards, as_json=call.common.as_json)


@verb(app, "erase")
def erase_(
    call: Call,
    person: PersonArgument,
    *,
    reason: ReasonOption = "",
    check: Annotated[bool, typer.Option("--check", help="Only say what would become of the data.")] = False,
    even_if_restricted: Annotated[
        bool, typer.Option("--even-if-restricted", help="Erase although the data are restricted.")
    ] = False,
    by_last_name: Annotated[
        bool, typer.Option("--by-last-name", help="Take the last name alone out of notes, too.")
    ] = False,
    without_backup: WithoutBackup = "",
) -> None:
    """Erase a person for good: data, notes, the values in the audit log; licenses stay. A backup is made first."""
    if check:
        with transaction(call) as session:
            preview = preview_erasure(session, person)
        call.show(_preview(preview))
        return
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    with transaction(call) as session:
        preview_erasure(session, person)  # nobody is backed up for who is not there
    guard_of(call, without_backup).before_change("the erasure of a person")
    with transaction(call) as session:
        done = erase(
            session,
            person,
            reason,
            digester=digester(call),
            even_if_restricted=even_if_restricted,
            by_last_name=by_last_name,
        )
    keep_ledger(call)
    call.show(erased_fields(done))


@verb(app, "restrict")
def restrict_(call: Call, person: PersonArgument, *, reason: ReasonOption) -> None:
    """Keep a person's data, and use them for nothing: hidden from lists, search and reminders."""
    with transaction(call) as session:
        fields = _fields(restrict(session, person, reason))
    call.show(fields)


@verb(app, "unrestrict")
def unrestrict_(call: Call, person: PersonArgument) -> None:
    """Let a person's data be used again."""
    with transaction(call) as session:
        fields = _fields(unrestrict(session, person))
    call.show(fields)


def erased_fields(done: Erased) -> Fields:
    """What an erasure has done, to be printed."""
    return {
        "id": done.entry.contact_id,
        "erased_at": rfc3339(done.entry.erased_at),
        "rows": dict(done.rows),
        "texts": done.texts,
        "audit_values": done.audit_values,
    }


def _fields(person: Person) -> Fields:
    contact = person.contact
    return {
        "id": person.id,
        "name": person.name,
        "institutions": list(person.institutions),
        "state": person.state.value,
        "restricted_at": rfc3339(contact.restricted_at),
        "restriction_reason": contact.restriction_reason,
        "erased_at": rfc3339(contact.erased_at),
        "created_at": rfc3339(contact.created_at),
    }


def _preview(preview: Preview) -> dict[str, Any]:
    return {
        "rows": dict(preview.rows),
        "texts": [f"{one.table} {one.row_id}: {one.text}" for one in preview.texts],
        "doubtful": [f"{one.table} {one.row_id}: {one.text}" for one in preview.doubtful],
    }
