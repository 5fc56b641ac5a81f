"""`leasehold resource …`."""

from typing import Annotated

import typer

from leasehold.cli.arguments import LicenseKeyOption, OptionalLicenseKey, license_key_from
from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.importing import (
    IMPORTS_LISTED,
    Check,
    Columns,
    Delimiter,
    Encoding,
    Errors,
    FileArgument,
    GoodRowsOnly,
    ImportNumber,
    Sheet,
    check_error_file,
    choices_from,
    import_fields,
    keep_errors,
    outcome_of,
    tell,
)
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.kit.listing import Wanted as WantedRows
from leasehold.kit.listing import stream_rows
from leasehold.licensing.service import find_license
from leasehold.resources.adding import add_resources
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.finding import find_resource
from leasehold.resources.history import HistoryLine, history_of_license, history_of_resource
from leasehold.resources.importing.service import list_imports, preview_import, read_import, revert_import, take_import
from leasehold.resources.keeping import add_note, bring_back, lift_reservation, reserve, retire
from leasehold.resources.lists import RESOURCES, ResourceLine
from leasehold.resources.pools import find_pool
from leasehold.resources.releasing import end_quarantine, release, transfer
from leasehold.resources.vocabulary import ResourceKind, ResourceState
from leasehold.settings.days import day_begins, day_ends

app = new_group()

ValuesArgument = Annotated[list[str], typer.Argument(metavar="VALUE...", help="Which ones.", show_default=False)]
ValueArgument = Annotated[str, typer.Argument(metavar="VALUE", help="Which one.", show_default=False)]
KindOption = Annotated[ResourceKind | None, typer.Option(help="What they are, where that is not plain to see.")]
PoolOption = Annotated[str, typer.Option(metavar="NAME", help="The pool.", show_default=False)]
ReasonOption = Annotated[str, typer.Option(help="Why; it stands in the history.", show_default=False)]
_LISTED = ("value", "kind", "pool", "state", "license_key", "available_from")
_PERIODS = ("value", "license_key", "customer", "allocated_at", "released_at", "release_reason", "quarantined_until")


@verb(app, "add")
def add(call: Call, values: ValuesArgument, *, pool: PoolOption) -> None:
    """Put values into a pool: single ones, CIDR blocks, ranges, lists, patterns; all of them or none."""
    with transaction(call) as session:
        added = add_resources(session, find_pool(session, pool), values)
    call.show({"resources": added})


@verb(app, "import")
def import_(
    call: Call,
    file: FileArgument,
    *,
    pool: PoolOption,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    column: Columns = None,
    good_rows_only: GoodRowsOnly = False,
    check: Check = False,
    errors: Errors = None,
    without_backup: WithoutBackup = "",
) -> None:
    """Import values into a pool, all of them or none: one value, CIDR block, range or list a line, or a table.

    A backup is made first.
    """
    choices = choices_from(encoding, delimiter, sheet, column)
    check_error_file(errors, file)
    if not check:
        guard_of(call, without_backup).before_change(f"an import into {pool}")
    with transaction(call) as session:
        into = find_pool(session, pool)
        preview = preview_import(session, into, file, choices)
        keep_errors(session, errors)
        made = None
        if not check:
            made = take_import(session, into, preview, good_rows_only=good_rows_only, actor=call.actor)
        fields = {"import": made.id if made else None, "pool": into.name} | outcome_of(session, preview)
    tell(call, preview, fields)


@verb(app, "imports")
def imports(
    call: Call,
    *,
    pool: Annotated[str | None, typer.Option(metavar="NAME", help="Only those into this pool.")] = None,
) -> None:
    """List the newest imports, newest first."""
    with transaction(call) as session:
        found = list_imports(session, None if pool is None else find_pool(session, pool).id)
        call.show_list(map(import_fields, found), IMPORTS_LISTED)


@verb(app, "revert-import")
def revert_import_(
    call: Call,
    number: ImportNumber,
    *,
    reason: ReasonOption,
    without_backup: WithoutBackup = "",
) -> None:
    """Take the values of an import out of their pool again, unless something was done with one of them.

    A backup is made first.
    """
    with transaction(call) as session:  # what is not there needs no backup
        read_import(session, number)
    guard_of(call, without_backup).before_change(f"taking back the import {number}")
    with transaction(call) as session:
        fields = import_fields(revert_import(session, number, reason))
    call.show(fields)


@verb(app, "allocate")
def allocate_(
    call: Call,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="[VALUE]...", help="These very ones.", show_default=False)
    ] = None,
    *,
    license_key: LicenseKeyOption,
    kind: Annotated[ResourceKind, typer.Option(help="What the license gets.", show_default=False)],
    count: Annotated[int | None, typer.Option(help="How many.", show_default="1")] = None,
    pool: Annotated[str | None, typer.Option(metavar="NAME", help="Only out of this pool.")] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The same key again gets the same resources.")
    ] = None,
) -> None:
    """Give resources to a license: as many as are asked for, or the named ones, and else none."""
    key = license_key_from(license_key)
    if values and count is not None:
        raise typer.BadParameter("give either values or --count")
    wanted = Wanted(kind, 1 if count is None else count, tuple(values or ()), pool)
    with transaction(call) as session:
        got = allocate(session, key, wanted, idempotency_key=idempotency_key)
    call.show({"resources": got})


@verb(app, "release")
def release_(call: Call, values: ValuesArgument, *, license_key: LicenseKeyOption, kind: KindOption = None) -> None:
    """Take resources back from a license; they are in quarantine from now on."""
    key = license_key_from(license_key)
    with transaction(call) as session:
        released = release(session, key, values, kind=kind)
    call.show({"resources": released})


@verb(app, "transfer")
def transfer_(
    call: Call,
    values: ValuesArgument,
    *,
    license_key: LicenseKeyOption,
    to: Annotated[str, typer.Option(metavar="KEY", help="The other license.", show_default=False)],
    kind: KindOption = None,
    reason: Annotated[str | None, typer.Option(help="Why there is no quarantine between two customers.")] = None,
) -> None:
    """Hand resources over to another license, without a quarantine."""
    giver, taker = license_key_from(license_key), license_key_from(to)
    with transaction(call) as session:
        moved = transfer(session, values, giver=giver, taker=taker, kind=kind, reason=reason)
    call.show({"resources": moved})


@verb(app, "end-quarantine")
def end_quarantine_(call: Call, values: ValuesArgument, *, reason: ReasonOption, kind: KindOption = None) -> None:
    """Free resources before their quarantine is over."""
    with transaction(call) as session:
        freed = end_quarantine(session, values, reason, kind=kind)
    call.show({"resources": freed})


@verb(app, "reserve")
def reserve_(
    call: Call,
    values: ValuesArgument,
    *,
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day of the reservation.", show_default=False)],
    reserved_for: Annotated[str, typer.Option("--for", metavar="WHOM", help="For whom.", show_default=False)],
    license_key: Annotated[
        str | None, typer.Option("--license", metavar="KEY", help="The one license that can get them.")
    ] = None,
    kind: KindOption = None,
) -> None:
    """Keep resources for somebody until the day is over."""
    key = None if license_key is None else license_key_from(license_key)
    with transaction(call) as session:
        end = day_ends(session, until)
        if end is None:
            raise typer.BadParameter("say until when", param_hint="--until")
        kept = reserve(session, values, until=end, reserved_for=reserved_for, license_key=key, kind=kind)
    call.show({"resources": kept, "reserved_until": rfc3339(end)})


@verb(app, "unreserve")
def unreserve(call: Call, values: ValuesArgument, *, kind: KindOption = None) -> None:
    """Lift a reservation before it is over."""
    with transaction(call) as session:
        lifted = lift_reservation(session, values, kind=kind)
    call.show({"resources": lifted})


@verb(app, "retire")
def retire_(call: Call, values: ValuesArgument, *, reason: ReasonOption, kind: KindOption = None) -> None:
    """Take resources out of use; nobody gets them until they are brought back."""
    with transaction(call) as session:
        retired = retire(session, values, reason=reason, kind=kind)
    call.show({"resources": retired})


@verb(app, "bring-back")
def bring_back_(call: Call, values: ValuesArgument, *, kind: KindOption = None) -> None:
    """Put retired resources into use again."""
    with transaction(call) as session:
        back = bring_back(session, values, kind=kind)
    call.show({"resources": back})


@verb(app, "note")
def note(
    call: Call,
    value: ValueArgument,
    text: Annotated[str, typer.Argument(help="What there is to say.", show_default=False)],
) -> None:
    """Keep a note about a resource; it is never changed."""
    with transaction(call) as session:
        kept = add_note(session, value, text, actor=call.actor)
        fields = {"resource": value, "note": kept.body, "made_by": kept.made_by}
    call.show(fields)


@verb(app, "list")
def list_(
    call: Call,
    *,
    kind: Annotated[ResourceKind | None, typer.Option(help="Only these.")] = None,
    state: Annotated[
        list[ResourceState] | None, typer.Option(help="Only those that stand so; may be repeated.")
    ] = None,
    pool: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of this pool.")] = None,
    license_key: OptionalLicenseKey = None,
    find: Annotated[str | None, typer.Option(metavar="TEXT", help="Only values that begin or end so.")] = None,
) -> None:
    """List resources in the order of their values."""
    with transaction(call) as session:
        filters = {
            "kind": [] if kind is None else [kind.value],
            "state": [one.value for one in state or ()],
            "pool": [] if pool is None else [str(find_pool(session, pool).id)],
            "license": []
            if license_key is None
            else [find_license(session, license_key_from(license_key)).license_key],
            "q": [] if find is None else [find],
        }
        wanted = WantedRows({name: texts for name, texts in filters.items() if texts})
        call.show_list(map(_line, stream_rows(session, RESOURCES, wanted, None)), _LISTED)


@verb(app, "history")
def history(
    call: Call,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="The resource.", show_default=False)] = None,
    *,
    license_key: Annotated[
        str | None, typer.Option("--license", metavar="KEY", help="All that this license has ever had, instead.")
    ] = None,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="Only who had it on this day.")] = None,
    kind: KindOption = None,
) -> None:
    """Show which licenses had a resource, or what a license had; the last one first."""
    if (value is None) == (license_key is None):
        raise typer.BadParameter("give either a value or --license")
    with transaction(call) as session:
        if license_key is not None:
            lines = history_of_license(session, find_license(session, license_key_from(license_key)).id)
        else:
            resource = find_resource(session, value or "", kind).resource
            span = (day_begins(session, on), day_ends(session, on))
            lines = history_of_resource(session, resource.id, since=span[0], until=span[1])
        call.show_list(map(_period, lines), _PERIODS)


def _line(line: ResourceLine) -> Fields:
    resource = line.resource
    return {
        "id": resource.id,
        "value": resource.value,
        "kind": resource.kind,
        "pool": line.pool,
        "state": line.state.value,
        "license_key": line.license_key,
        "available_from": rfc3339(line.available_from),
        "reserved_until": rfc3339(resource.reserved_until),
        "reserved_for": resource.reserved_for,
        "retire_reason": resource.retire_reason,
        "created_at": rfc3339(resource.created_at),
    }


def _period(line: HistoryLine) -> Fields:
    return {
        "value": line.value,
        "kind": line.kind,
        "license_key": line.license_key,
        "customer": line.customer,
        "allocated_at": rfc3339(line.allocated_at),
        "allocated_by": line.allocated_by,
        "released_at": rfc3339(line.released_at),
        "released_by": line.released_by,
        "release_reason": line.release_reason,
        "quarantined_until": rfc3339(line.quarantined_until),
        "quarantine_end_reason": line.quarantine_end_reason,
    }
