"""What is seen, as a file: CSV or XLSX, in which no cell can be a formula, or vCards; streamed."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

import xlsxwriter
from flask import Response, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, get_timezone
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.customers.vcards.exporting import FORMAT as VCARDS
from leasehold.kit.listing import count_rows, stream_rows
from leasehold.kit.orm import transaction
from leasehold.kit.spreadsheet_text import defused
from leasehold.panel.context import actor, db, installation
from leasehold.panel.lists.asked import Asked
from leasehold.panel.lists.table import Badge, Cell, Code, Link, Table

FORMATS = ("csv", "xlsx")
MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    VCARDS: "text/vcard; charset=utf-8",
}
_CARDS_AT_ONCE = 200
_IN_MEMORY = 2**20
_ROWS_A_SHEET = 1_000_000
_LONGEST_CELL = 32_767

Value = str | int | float | datetime | None


def export(table: Table[Any, Any], asked: Asked, wanted_format: str) -> ResponseReturnValue:
    """Every row that the filters let through, with the columns that are shown; recorded in the audit log."""
    columns = asked.shown_columns(table)
    context = table.context(db())
    count_rows(db(), table.listing, asked.filters, context)  # refuses a wrong filter before the file begins
    details = {"format": wanted_format, "query": asked.query(place=False), "columns": [c.name for c in columns]}
    record_event(db(), "export", table=table.name, row_id="", details=details)
    name = f"{table.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{wanted_format}"

    def found(session: Session) -> Iterator[Any]:
        return stream_rows(session, table.listing, asked.wanted, table.context(session))

    def rows(session: Session) -> Iterator[list[Value]]:
        for row in found(session):
            yield [plain_value(column.cell(row)) for column in columns]

    if table.cards is not None and wanted_format == VCARDS:
        return _send_text(name, partial(_cards, found, table.cards))
    return send_rows(name, [str(column.title) for column in columns], rows)


def send_rows(
    name: str, titles: Sequence[str], rows: Callable[[Session], Iterator[Sequence[Value]]]
) -> ResponseReturnValue:
    """A file `name` (its end says which kind) of `rows`, read while it is sent in a transaction of its own."""
    if name.endswith(".xlsx"):
        with transaction(installation().database, actor()) as session:
            return _xlsx(name, titles, rows(session))
    return _send_text(name, lambda session: _csv(titles, rows(session)))


def _send_text(name: str, pieces: Callable[[Session], Iterator[str]]) -> ResponseReturnValue:
    here, who = installation(), actor()

    def read() -> Iterator[str]:
        with transaction(here.database, who) as session:
            yield from pieces(session)

    answer = Response(stream_with_context(read()), content_type=MIME[name.rpartition(".")[2]])
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _cards(
    found: Callable[[Session], Iterator[Any]],
    cards: Callable[[Session, Sequence[Any]], Iterator[str]],
    session: Session,
) -> Iterator[str]:
    """The cards of all rows, those of some at a time."""
    rows = found(session)
    while some := list(islice(rows, _CARDS_AT_ONCE)):
        yield from cards(session, some)


def plain_value(cell: Cell) -> Value:
    """What a file has where the page has `cell`."""
    match cell:
        case Link(text=text) | Code(text=text):
            return text
        case Badge(value=value):
            return value
        case bool():
            return "true" if cell else "false"
        case _:
            return cell


def safe_text(value: Value) -> str:
    """`value` for a CSV cell: a text that a spreadsheet would take for a formula begins with an apostrophe."""
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(get_timezone()).strftime("%Y-%m-%d %H:%M:%S")
        case str():
            return defused(value)
        case _:
            return str(value)


def _csv(titles: Sequence[str], rows: Iterator[Sequence[Value]]) -> Iterator[str]:
    """Lines of RFC 4180, after a byte order mark, with the separator that a spreadsheet of the reader's expects."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if str(get_locale()) == "de" else ",")
    buffer.write("\N{BYTE ORDER MARK}")
    writer.writerow(titles)
    for row in rows:
        writer.writerow([safe_text(value) for value in row])
        if buffer.tell() > 2**14:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _xlsx(name: str, titles: Sequence[str], rows: Iterator[Sequence[Value]]) -> ResponseReturnValue:
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # send_file closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    more = True
    while more:
        sheet, line = book.add_worksheet(), 0
        for at, title in enumerate(titles):
            sheet.write_string(0, at, title, bold)
        for line, row in enumerate(islice(rows, _ROWS_A_SHEET), start=1):
            for at, value in enumerate(row):
                _write(sheet, line, at, value, moment)
        more = line == _ROWS_A_SHEET
    book.close()
    file.seek(0)
    return send_file(file, mimetype=MIME["xlsx"], as_attachment=True, download_name=name)


def _write(sheet: Any, line: int, at: int, value: Value, moment: Any) -> None:
    match value:
        case None:
            pass
        case datetime():
            sheet.write_datetime(line, at, value.astimezone(get_timezone()), moment)
        case int() | float():
            sheet.write_number(line, at, value)
        case _:
            sheet.write_string(line, at, value[:_LONGEST_CELL])
