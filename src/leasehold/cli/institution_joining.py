"""The verbs of `leasehold institution` that make leads customers and two institutions one."""

from collections.abc import Sequence
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.institution_fields import fields_of
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.institutions import find_institution
from leasehold.leads.converting import TestLicense, convert, unconvert
from leasehold.leads.duplicates.candidates import PossibleDuplicate
from leasehold.leads.duplicates.lists import list_pairs
from leasehold.leads.duplicates.work_list import Pair, dismiss, possible_duplicates, recall
from leasehold.leads.merging.fields import CHOICES, Side
from leasehold.leads.merging.models import InstitutionMerge
from leasehold.leads.merging.service import MergePreview, merge_institutions, preview_merge
from leasehold.leads.merging.undoing import read_merge, undo_merge
from leasehold.licensing.products import find_product

app = new_group()

InstitutionArgument = Annotated[str, typer.Argument(metavar="NAME-OR-ID", help="The institution.", show_default=False)]
_OF_ONE = ("id", "name", "score", "reasons")
_OF_ALL = ("first_id", "first_name", "second_id", "second_name", "score", "reasons")


@verb(app, "convert")
def convert_(
    call: Call,
    institution: InstitutionArgument,
    *,
    test_license: Annotated[
        str | None, typer.Option(metavar="PRODUCT", help="Issue a test license of this product (slug) with it.")
    ] = None,
    test_days: Annotated[int, typer.Option(help="How long that runs, in days of 24 hours.", min=1, max=3650)] = 30,
    test_devices: Annotated[int, typer.Option(help="How many devices may run it, 1 to 10.")] = 1,
) -> None:
    """Make a lead a customer; said again, it is the same customer, with the same test license."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        wanted = None
        if test_license is not None:
            wanted = TestLicense(find_product(session, test_license), test_days, test_devices)
        made = convert(session, found.id, test_license=wanted)
        fields = {"institution_id": found.id, "customer_id": made.customer.id, "license_key": made.license_key}
    call.show(fields)


@verb(app, "unconvert")
def unconvert_(call: Call, institution: InstitutionArgument) -> None:
    """Make a customer that no license ever was for a lead again."""
    with transaction(call) as session:
        found = find_institution(session, institution)
        unconvert(session, found.id)
        fields = fields_of(session, found.id)
    call.show(fields)


@verb(app, "merge")
def merge(
    call: Call,
    loser: Annotated[str, typer.Argument(metavar="LOSER", help="The one that is given up.", show_default=False)],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The one that stays.", show_default=False)],
    *,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=loser|winner",
            help=f"Whose value stays, where both have one: {', '.join(CHOICES)}; without it the winner's.",
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what would happen.")] = False,
    without_backup: WithoutBackup = "",
) -> None:
    """Make two institutions one; it can be undone for 30 days. A backup is made first."""
    sides = _sides(keep)
    with transaction(call) as session:  # what is refused needs no backup
        fields = _preview_fields(preview_merge(session, *_ids(session, loser, into), keep=sides))
    if check:
        call.show(fields)
        return
    guard_of(call, without_backup).before_change(f"merging institution {loser} into {into}")
    with transaction(call) as session:
        ids = _ids(session, loser, into)
        fields = _merge_fields(merge_institutions(session, *ids, keep=sides, actor=call.actor))
    call.show(fields)


@verb(app, "unmerge")
def unmerge(
    call: Call,
    loser: Annotated[int, typer.Argument(metavar="ID", help="The one that was given up.", show_default=False)],
    *,
    without_backup: WithoutBackup = "",
) -> None:
    """Undo a merge: what has moved comes back. A backup is made first."""
    with transaction(call) as session:  # what is not there needs no backup
        read_merge(session, loser)
    guard_of(call, without_backup).before_change(f"undoing the merge of institution {loser}")
    with transaction(call) as session:
        fields = _merge_fields(undo_merge(session, loser, actor=call.actor))
    call.show(fields)


@verb(app, "duplicates")
def duplicates(
    call: Call,
    institution: Annotated[
        str | None, typer.Argument(metavar="[NAME-OR-ID]", help="Only those of this one.", show_default=False)
    ] = None,
    *,
    limit: Annotated[int, typer.Option(help="So many at most.", min=1, max=100_000)] = 1000,
) -> None:
    """List institutions that may be one, the likeliest first; of one institution, or the whole work list."""
    with transaction(call) as session:
        if institution is None:
            call.show_list(map(_pair_fields, list_pairs(session, limit=limit)), _OF_ALL)
        else:
            found = possible_duplicates(session, find_institution(session, institution).id)
            call.show_list(duplicate_fields(found[:limit]), _OF_ONE)


@verb(app, "dismiss-duplicate")
def dismiss_duplicate(
    call: Call,
    one: InstitutionArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The other one.", show_default=False)],
    *,
    take_back: Annotated[bool, typer.Option("--take-back", help="They may be one after all.")] = False,
) -> None:
    """Remember that two institutions are two; they are listed no more."""
    with transaction(call) as session:
        ids = _ids(session, one, other)
        if take_back:
            recall(session, *ids)
        else:
            dismiss(session, *ids, actor=call.actor)
    call.show({"first_id": min(ids), "second_id": max(ids), "dismissed": not take_back})


def duplicate_fields(found: Sequence[PossibleDuplicate]) -> list[Fields]:
    """Whom an institution may be."""
    return [{"id": one.id, "name": one.name, "score": one.score, "reasons": list(one.reasons)} for one in found]


def _ids(session: Session, one: str, other: str) -> tuple[int, int]:
    return find_institution(session, one).id, find_institution(session, other).id


def _sides(keep: list[str] | None) -> dict[str, Side]:
    sides = {}
    for text in keep or ():
        name, _, side = text.partition("=")
        if side not in list(Side):
            raise typer.BadParameter(f"{text!r} must be FIELD=loser or FIELD=winner", param_hint="--keep")
        sides[name.strip()] = Side(side)
    return sides


def _preview_fields(preview: MergePreview) -> Fields:
    return {
        "loser_id": preview.loser.id,
        "winner_id": preview.winner.id,
        "moves": preview.moves,
        "stays": preview.stays,
        "fields": {
            choice.name: {"loser": choice.loser, "winner": choice.winner, "outcome": choice.outcome}
            for choice in preview.choices
            if choice.differs
        },
    }


def _merge_fields(merge: InstitutionMerge) -> Fields:
    moved = {name: len(keys) for name, keys in merge.moved.items() if ":" not in name}
    return {
        "merge": merge.id,
        "loser_id": merge.loser_id,
        "winner_id": merge.winner_id,
        "moved": {name.removesuffix("_fkey"): count for name, count in moved.items()},
        "fields": merge.after,
        "made_by": merge.made_by,
        "created_at": rfc3339(merge.created_at),
        "undone_at": rfc3339(merge.undone_at),
    }


def _pair_fields(pair: Pair) -> Fields:
    return {
        "first_id": pair.first_id,
        "first_name": pair.first_name,
        "first_customer_id": pair.first_customer_id,
        "second_id": pair.second_id,
        "second_name": pair.second_name,
        "second_customer_id": pair.second_customer_id,
        "score": pair.score,
        "reasons": pair.reasons,
        "found_at": rfc3339(pair.found_at),
    }
