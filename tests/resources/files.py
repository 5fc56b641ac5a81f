"""Files as people send them."""

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from leasehold.imports.previewing import Preview
from leasehold.imports.tables import Choices
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.resources.importing.service import preview_import, take_import
from leasehold.resources.models import ResourcePool
from tests.resources.stock import ACTOR

Cell = str | int | float


def spreadsheet(path: Path, rows: Sequence[Sequence[Cell]], formulas: dict[str, str] | None = None) -> Path:
    """An XLSX file with these rows; texts stay texts, `formulas` are by cell (B2)."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Bestand")
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                else:
                    sheet.write_number(number, place, cell)
        for where, formula in (formulas or {}).items():
            sheet.write_formula(where, formula, None, "10.0.0.9")
    return path


def look(database: Database, pool_id: int, path: Path, choices: Choices | None = None) -> Preview:
    """What would become of the file."""
    with transaction(database, ACTOR) as session:
        return preview_import(session, session.get_one(ResourcePool, pool_id), path, choices)


def take(
    database: Database, pool_id: int, path: Path, choices: Choices | None = None, *, good_rows_only: bool = False
) -> int:
    """Import the file; the import's id."""
    with transaction(database, ACTOR) as session:
        pool = session.get_one(ResourcePool, pool_id)
        preview = preview_import(session, pool, path, choices)
        return take_import(session, pool, preview, good_rows_only=good_rows_only, actor=ACTOR).id
