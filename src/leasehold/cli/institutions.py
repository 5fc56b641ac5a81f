"""`leasehold institution …`."""

from dataclasses import replace
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from leasehold.cli.call import Call
from leasehold.cli.erasure import AgreedAnew, erased_people
from leasehold.cli.institution_fields import fields_of, fields_of_line, note_fields, whole_fields
from leasehold.cli.institution_import import app as importing
from leasehold.cli.institution_joining import app as joining
from leasehold.cli.institution_joining import duplicate_fields
from leasehold.cli.output import print_cards
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.details import Detail
from leasehold.customers.institutions import (
    InstitutionCard,
    archive_institution,
    bring_back_institution,
    card_of,
    edit_institution,
    find_institution,
)
from leasehold.customers.vcards.exporting import export_institution
from leasehold.customers.vocabulary import DetailKind, InstitutionKind, Language
from leasehold.kit.listing import Wanted, stream_rows
from leasehold.leads.duplicates.work_list import possible_duplicates
from leasehold.leads.lights import end_of_today
from leasehold.leads.lists import INSTITUTIONS, institutions_page
from leasehold.leads.notes import add_note, list_notes
from leasehold.leads.pipeline import add_lead, find_stage, move_to_stage
from leasehold.leads.vocabulary import Lifecycle, Light
from leasehold.settings.days import time_zone
from leasehold.staff.service import get_staff_member

app = new_group()
app.add_typer(joining)
app.add_typer(importing)

InstitutionArgument = Annotated[str, typer.Argument(metavar="NAME-OR-ID", help="The institution.", show_default=False)]
LegalForm = Annotated[str | None, typer.Option(help="GmbH, e. V., Inc. …")]
KindOption = Annotated[InstitutionKind | None, typer.Option(help="What sort of organisation it is.")]
Website = Annotated[str | None, typer.Option(metavar="DOMAIN", help="The domain of its website.")]
VatId = Annotated[str | None, typer.Option(metavar="ID", help="Its VAT id, such as DE123456789.")]
Parent = Annotated[str | None, typer.Option(metavar="NAME-OR-ID", help="The institution that it is a part of.")]
LanguageOption = Annotated[Language | None, typer.Option(help="What it is written to in.", show_default="de")]
Owner = Annotated[str | None, typer.Option(metavar="EMAIL-OR-ID", help="Who of the staff looks after it.")]
Source = Annotated[str | None, typer.Option(help="Where we know it from.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A word to find it by; may be given several times.")]
Emails = Annotated[list[str] | None, typer.Option("--email", help="Its own e-mail address; several are possible.")]
Phones = Annotated[list[str] | None, typer.Option("--phone", help="Its own phone number; several are possible.")]
_COLUMNS = ("id", "name", "website_domain", "lifecycle", "stage", "days_in_stage", "light", "owner")


@verb(app, "create")
def create(
    call: Call,
    name: Annotated[str, typer.Argument(help="Its name; names need not be unique.", show_default=False)],
    *,
    legal_form: LegalForm = None,
    kind: KindOption = None,
    website: Website = None,
    vat_id: VatId = None,
    parent: Parent = None,
    language: LanguageOption = None,
    owner: Owner = None,
    source: Source = None,
    tags: Tags = None,
    emails: Emails = None,
    phones: Phones = None,
    agreed_anew: AgreedAnew = False,
) -> None:
    """Write an institution down as a lead, in the first stage; who it may be already is listed with it."""
    with transaction(call) as session:
        said = _said(session, legal_form=legal_form, kind=kind, website=website, vat_id=vat_id, parent=parent)
        said |= _said(session, language=language, owner=owner, source=source, tags=tags)
        card = replace(InstitutionCard(name, details=_details(emails, phones)), **said)
        made = add_lead(session, card, erased=erased_people(call, agreed=agreed_anew))
        found = duplicate_fields(possible_duplicates(session, made.id))
        fields = fields_of(session, made.id) | {"possible_duplicates": found}
    call.show(fields)


@verb(app, "list")
def list_(
    call: Call,
    *,
    find: Annotated[str | None, typer.Option(metavar="TEXT", help="Only those whose name contains this.")] = None,
    lifecycle: Annotated[Lifecycle | None, typer.Option(help="Only leads, customers, former ones, …")] = None,
    stage: Annotated[str | None, typer.Option(metavar="NAME-OR-ID", help="Only those in this stage.")] = None,
    light: Annotated[Light | None, typer.Option(help="Only those whose next activity stands so.")] = None,
    owner: Owner = None,
    tags: Tags = None,
    website: Website = None,
) -> None:
    """List institutions, the archived ones only where they are asked for."""
    asked = {"q": find, "lifecycle": lifecycle, "light": light, "domain": website}
    filters = {name: [str(value)] for name, value in asked.items() if value is not None}
    with transaction(call) as session:
        if stage is not None:
            filters["stage"] = [str(find_stage(session, stage).id)]
        if owner is not None:
            filters["owner"] = [str(get_staff_member(session, owner).id)]
        if tags:
            filters["tag"] = tags
        zone = time_zone(session)
        if filters:
            lines = stream_rows(session, INSTITUTIONS, Wanted(filters), end_of_today(zone))
        else:
            lines = all_rows(
                lambda after: institutions_page(session, zone, after_id=after), 0, lambda line: line.institution.id
            )
        call.show_list((fields_of_line(line) for line in lines), _COLUMNS)


@verb(app, "show")
def show(call: Call, institution: InstitutionArgument) -> None:
    """Show an institution with its people, ways to reach it and stays in stages."""
    with transaction(call) as session:
        fields = whole_fields(session, find_institution(session, institution))
    call.show(fields)


@verb(app, "vcard")
def vcard(
    call: Call,
    institutions: Annotated[
        list[str], typer.Argument(metavar="NAME-OR-ID...", help="The institutions.", show_default=False)
    ],
) -> None:
    """Print institutions and the people who are there now as vCards, for address books; that is audited."""
    with transaction(call) as session:
        found = [find_institution(session, one).id for one in institutions]
        cards = "".join(export_institution(session, one) for one in found)
    print_cards(cards, as_json=call.common.as_json)


@verb(app, "edit")
def edit(
    call: Call,
    institution: InstitutionArgument,
    *,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="What it is called from now on.")] = None,
    legal_form: LegalForm = None,
    kind: KindOption = None,
    website: Website = None,
    vat_id: VatId = None,
    parent: Parent = None,
    language: LanguageOption = None,
    owner: Owner = None,
    source: Source = None,
    tags: Tags = None,
    do_not_contact: Annotated[
        bool | None, typer.Option("--do-not-contact/--may-contact", help="Whether nobody there may be written to.")
    ] = None,
) -> None:
    """Change what is said of an institution; an empty text takes away what was there."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        said = _said(session, legal_form=legal_form, kind=kind, website=website, vat_id=vat_id, parent=parent)
        said |= _said(session, language=language, owner=owner, source=source, tags=tags)
        said |= {"name": rename} if rename is not None else {}
        said |= {"do_not_contact": do_not_contact} if do_not_contact is not None else {}
        edit_institution(session, found.id, replace(card_of(session, found), **said))
        fields = fields_of(session, found.id)
    call.show(fields)


@verb(app, "stage")
def stage(
    call: Call,
    institution: InstitutionArgument,
    to: Annotated[str, typer.Argument(metavar="STAGE", help="The stage, by name or id.", show_default=False)],
    *,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why a lead is lost; name no persons.")] = None,
) -> None:
    """Move a lead to a stage; a lost one needs a --reason."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        move_to_stage(session, found.id, find_stage(session, to).id, lost_reason=reason)
        fields = fields_of(session, found.id)
    call.show(fields)


@verb(app, "archive")
def archive(call: Call, institution: InstitutionArgument) -> None:
    """Put an institution away; it stays, and can be brought back."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        archive_institution(session, found.id)
        session.refresh(found)
        fields = fields_of(session, found.id)
    call.show(fields)


@verb(app, "bring-back")
def bring_back(call: Call, institution: InstitutionArgument) -> None:
    """Take an institution out of the archive."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        bring_back_institution(session, found.id)
        fields = fields_of(session, found.id)
    call.show(fields)


@verb(app, "note")
def note(
    call: Call,
    institution: InstitutionArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note, in Markdown.", show_default=False)],
) -> None:
    """Keep a note about an institution."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        fields = note_fields(add_note(session, found.id, text, actor=call.actor))
    call.show(fields)


@verb(app, "notes")
def notes(call: Call, institution: InstitutionArgument) -> None:
    """List the notes about an institution as they are now, pinned ones first."""
    with transaction(call) as session:
        found = list_notes(session, find_institution(session, institution).id)
        call.show_list(map(note_fields, found), ("id", "version", "made_by", "made_at", "body"))


def _said(session: Session, **options: Any) -> dict[str, Any]:
    """The members of a card that options speak of; an empty text is nothing."""
    given: dict[str, Any] = {name: value or None for name, value in options.items() if value is not None}
    if parent := given.get("parent"):
        given["parent"] = find_institution(session, parent).id
    if owner := given.get("owner"):
        given["owner"] = get_staff_member(session, owner).id
    if "tags" in given:
        given["tags"] = tuple(given["tags"] or ())
    members = {"website": "website_domain", "parent": "parent_id", "owner": "owner_id"}
    return {members.get(name, name): value for name, value in given.items()}


def _details(emails: list[str] | None, phones: list[str] | None) -> tuple[Detail, ...]:
    reached = [Detail(DetailKind.EMAIL, value) for value in emails or ()]
    return (*reached, *(Detail(DetailKind.PHONE, value) for value in phones or ()))
