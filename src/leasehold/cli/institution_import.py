"""`leasehold institution import`."""

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.erasure import erased_people
from leasehold.cli.importing import (
    Check,
    Columns,
    Delimiter,
    Encoding,
    Errors,
    FileArgument,
    GoodRowsOnly,
    Sheet,
    check_error_file,
    choices_from,
    keep_errors,
    outcome_of,
    tell,
)
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
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
        if not check:
            take_institutions(session, preview, good_rows_only=good_rows_only)
        fields = outcome_of(session, preview)
    tell(call, preview, fields)
