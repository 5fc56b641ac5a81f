"""`leasehold institution import`, and what was imported."""

from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.erasure import erased_people
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
from leasehold.cli.institution_joining import duplicate_fields
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.imports.previewing import MOST_TOLD
from leasehold.kit.orm import driver_connection
from leasehold.leads.importing.possible_duplicates import find_doubles
from leasehold.leads.importing.reverting import list_imports, read_import, revert_import
from leasehold.leads.importing.service import preview_institutions, take_institutions

app = new_group()


@verb(app, "import")
def import_(
    call: Call,
    file: FileArgument,
    *,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    column: Columns = None,
    good_rows_only: GoodRowsOnly = False,
    check: Check = False,
    errors: Errors = None,
    without_backup: WithoutBackup = "",
) -> None:
    """Import institutions and the people in them as leads, all rows or none. A backup is made first."""
    choices = choices_from(encoding, delimiter, sheet, column)
    check_error_file(errors, file)
    if not check:
        guard_of(call, without_backup).before_change("an import of institutions")
    with transaction(call) as session:
        preview = preview_institutions(session, file, choices, erased=erased_people(call))
        keep_errors(session, errors)
        doubles = _doubles(session)
        made = None
        if not check:
            made = take_institutions(session, preview, good_rows_only=good_rows_only, actor=call.actor)
        fields = {"import": made.id if made else None} | outcome_of(session, preview) | doubles
    if not call.common.as_json:
        for row in doubles["possible_duplicates"]:
            names = ", ".join(f"{one['name']} ({one['id']})" for one in row["institutions"])
            typer.echo(f"row {row['row']}: {row['value']} may be {names}", err=True)
    tell(call, preview, fields)


def _doubles(session: Session) -> dict[str, Any]:
    """Which new rows may be institutions that are there already, of the file that was judged last."""
    doubles = find_doubles(driver_connection(session), MOST_TOLD)
    return {
        "may_be_there_already": doubles.count,
        "possible_duplicates": [
            {"row": one.number, "value": one.given, "institutions": duplicate_fields(one.possible_duplicates)}
            for one in doubles.first
        ],
    }


@verb(app, "imports")
def imports(call: Call) -> None:
    """List the newest imports, newest first."""
    with transaction(call) as session:
        call.show_list(map(import_fields, list_imports(session)), IMPORTS_LISTED)


@verb(app, "revert-import")
def revert_import_(
    call: Call,
    number: ImportNumber,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stays with the import.", show_default=False)],
    without_backup: WithoutBackup = "",
) -> None:
    """Take out again the institutions and people that an import has added, unless something was done with one since.

    A backup is made first.
    """
    with transaction(call) as session:  # what is not there needs no backup
        read_import(session, number)
    guard_of(call, without_backup).before_change(f"taking back the import {number} of institutions")
    with transaction(call) as session:
        fields = import_fields(revert_import(session, number, reason))
    call.show(fields)
