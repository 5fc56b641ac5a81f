"""What the verbs that import files have in common, whatever the files are about."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from leasehold.cli.call import Call
from leasehold.cli.failures import REFUSED
from leasehold.cli.output import Fields, rfc3339
from leasehold.imports.error_file import write_error_file
from leasehold.imports.models import FileImport
from leasehold.imports.previewing import MOST_TOLD, Preview
from leasehold.imports.staging import RowState, problems
from leasehold.imports.tables import Choices
from leasehold.kit.orm import driver_connection

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV, XLSX, or a plain list; of people also vCards.", show_default=False)
]
Encoding = Annotated[str | None, typer.Option(help="utf-8, cp1252, …", show_default="found out")]
Delimiter = Annotated[
    str | None, typer.Option(help="semicolon, comma or tab; found out without it.", show_default="found out")
]
Sheet = Annotated[str | None, typer.Option(help="The sheet of a spreadsheet.", show_default="the first")]
Columns = Annotated[
    list[str] | None, typer.Option("--column", metavar="FIELD=TITLE", help="Which column is what; it is remembered.")
]
GoodRowsOnly = Annotated[
    bool, typer.Option("--good-rows-only", help="Import what is good; the exit status still says what was not.")
]
Check = Annotated[bool, typer.Option("--check", help="Only say what would happen.")]
Errors = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write what is wrong to this CSV file.", dir_okay=False)
]

ImportNumber = Annotated[int, typer.Argument(metavar="ID", help="The import.", show_default=False)]
IMPORTS_LISTED = ("id", "file_name", "new", "same", "created_at", "made_by", "reverted_at")


def check_error_file(errors: Path | None, file: Path) -> None:
    """Refuse to write what is wrong over the file that is imported. Raises `typer.BadParameter`."""
    if errors is not None and errors.resolve() == file.resolve():
        raise typer.BadParameter("this is the file that is imported: name another", param_hint="--errors")


def choices_from(
    encoding: str | None, delimiter: str | None, sheet: str | None, columns: Sequence[str] | None
) -> Choices:
    """How the file shall be read. Raises `typer.BadParameter`."""
    chosen = {}
    for text in columns or ():
        name, separator, title = text.partition("=")
        if not separator:
            raise typer.BadParameter(f"{text!r} must be FIELD=TITLE", param_hint="--column")
        chosen[name.strip()] = title
    return Choices(encoding, delimiter, sheet, chosen)


def keep_errors(session: Session, errors: Path | None) -> None:
    """Write what is wrong with what was judged last to the file, where one is named. Raises `FileRefused`."""
    if errors is not None:
        write_error_file(errors, problems(driver_connection(session)))


def outcome_of(session: Session, preview: Preview) -> dict[str, Any]:
    """How many rows are what, how the file was read, and what is wrong with it, as `tell` takes it."""
    how = preview.table
    return {
        **{state.value: preview.figures.of(state) for state in RowState},
        "encoding": how.encoding,
        "delimiter": how.delimiter,
        "sheet": how.sheet,
        "rows": [
            {"row": one.number, "value": one.given, "problem": one.problem, "detail": one.detail}
            for one in islice(problems(driver_connection(session)), MOST_TOLD)
        ],
    }


def tell(call: Call, preview: Preview, fields: Mapping[str, Any]) -> None:
    """Show the outcome; what is wrong goes to standard error, and makes the exit status `REFUSED`."""
    call.show({name: value for name, value in fields.items() if call.common.as_json or not isinstance(value, list)})
    if not call.common.as_json:
        for row in fields["rows"]:
            typer.echo(f"row {row['row']}: {row['detail']}", err=True)
    if preview.figures.bad:
        raise typer.Exit(REFUSED)


def import_fields(made: FileImport) -> Fields:
    """What is kept of an import."""
    return {
        "id": made.id,
        "file_name": made.file_name,
        "sha256": made.sha256,
        "good_rows_only": made.good_rows_only,
        "new": made.rows_new,
        "same": made.rows_same,
        "duplicate": made.rows_duplicate,
        "wrong": made.rows_wrong,
        "made_by": made.made_by,
        "created_at": rfc3339(made.created_at),
        "reverted_at": rfc3339(made.reverted_at),
        "revert_reason": made.revert_reason,
    }
