"""`leasehold institution import`, and what was imported."""

from typing import Annotated

import typer

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
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.leads.importing.reverting import list_imports, revert_import
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
        made = None
        if not check:
            made = take_institutions(session, preview, good_rows_only=good_rows_only, actor=call.actor)
        fields = {"import": made.id if made else None} | outcome_of(session, preview)
    tell(call, preview, fields)


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
    guard_of(call, without_backup).before_change(f"taking back the import {number} of institutions")
    with transaction(call) as session:
        fields = import_fields(revert_import(session, number, reason))
    call.show(fields)
