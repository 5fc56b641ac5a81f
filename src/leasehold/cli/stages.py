"""`leasehold stage …`."""

from dataclasses import replace
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.output import Fields
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.models import PipelineStage
from leasehold.leads.pipeline import find_stage, list_stages
from leasehold.leads.stages import (
    StageCard,
    Successor,
    add_stage,
    card_of,
    count_in_stages,
    edit_stage,
    remove_stage,
)
from leasehold.leads.vocabulary import StageColour, StageType

app = new_group()

StageArgument = Annotated[str, typer.Argument(metavar="NAME-OR-ID", help="The stage.", show_default=False)]
TypeOption = Annotated[StageType | None, typer.Option("--type", help="What it means.", show_default="open")]
Colour = Annotated[StageColour | None, typer.Option(help="By which it is recognized.", show_default="secondary")]
After = Annotated[str | None, typer.Option(metavar="NAME-OR-ID", help="The stage that it comes after.")]
First = Annotated[bool, typer.Option("--first", help="It comes before all others.")]
_COLUMNS = ("id", "name", "type", "colour", "institutions")


@verb(app, "list")
def list_(call: Call) -> None:
    """List the stages in their order, with how many institutions stand in each."""
    with transaction(call) as session:
        counts = count_in_stages(session)
        rows = [{**_fields(one), "institutions": counts.get(one.id, 0)} for one in list_stages(session)]
    call.show_list(rows, _COLUMNS)


@verb(app, "add")
def add(
    call: Call,
    name: Annotated[str, typer.Argument(help="What it is called.", show_default=False)],
    *,
    type_: TypeOption = None,
    colour: Colour = None,
    after: After = None,
    first: First = False,
) -> None:
    """Add a stage, after all others unless something else is said."""
    with transaction(call) as session:
        card = replace(StageCard(name), **_said(type=type_, colour=colour))
        fields = _fields(add_stage(session, card, after_id=_place(session, after, first=first)))
    call.show(fields)


@verb(app, "edit")
def edit(
    call: Call,
    stage: StageArgument,
    *,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="What it is called from now on.")] = None,
    type_: TypeOption = None,
    colour: Colour = None,
    after: After = None,
    first: First = False,
) -> None:
    """Name, move or recolour a stage; one that nobody stands in can be of another type."""
    with transaction(call) as session:
        found = find_stage(session, stage)
        card = replace(card_of(found), **_said(name=rename, type=type_, colour=colour))
        place = _place(session, after, first=first)
        fields = _fields(edit_stage(session, found.id, card, after_id=place))
    call.show(fields)


@verb(app, "remove")
def remove(
    call: Call,
    stage: StageArgument,
    *,
    move_to: Annotated[
        str | None, typer.Option(metavar="NAME-OR-ID", help="Where those go who stand in it; a backup is made first.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why all are lost; name no persons.")] = None,
    without_backup: WithoutBackup = "",
) -> None:
    """Remove a stage; one that somebody stands in only with another one to --move-to."""
    with transaction(call) as session:
        found = find_stage(session, stage)
        successor = Successor(find_stage(session, move_to).id, reason) if move_to is not None else None
    if successor is not None:
        guard_of(call, without_backup).before_change("the removal of a stage of leads")
    with transaction(call) as session:
        moved = remove_stage(session, found.id, successor=successor, version=found.version)
    call.show({**_fields(found), "moved": moved})


def _said(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _place(session: Session, after: str | None, *, first: bool) -> int | None:
    if first and after is not None:
        raise typer.BadParameter("say one of the two", param_hint="--first, --after")
    if first:
        return 0
    return None if after is None else find_stage(session, after).id


def _fields(stage: PipelineStage) -> Fields:
    return {"id": stage.id, "name": stage.name, "type": stage.type, "colour": stage.colour}
