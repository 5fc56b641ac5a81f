"""XLSX files. A cell is taken as text only where it is text: of a number, digits may be lost already."""

import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, WorksheetNotFound

from leasehold.imports.errors import FileRefused
from leasehold.imports.tables import Choices, Fields, Row, Spoilt, Table, under_header
from leasehold.kit.spreadsheet_text import undefused

LARGEST_BYTES = 50 * 1024 * 1024
LARGEST_UNPACKED = 1024 * 1024 * 1024
_CHUNK = 1024 * 1024
_LONGEST_CELL_START = 4096
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<(?:\w+:)?f\b')


def open_spreadsheet(path: Path, fields: Fields, choices: Choices) -> Table:
    """The sheet as a table: the one that was chosen, or the first.

    Raises `FileRefused`: `no_spreadsheet`, `protected`, `too_large`, `sheet`, `empty`, `column`.
    """
    _check_size(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        name = choices.sheet or workbook.sheet_names[0]
        sheet = workbook.get_sheet_by_name(name)
    except PasswordError:
        detail = "The spreadsheet is protected by a password: save it without one."
        raise FileRefused("protected", detail) from None
    except WorksheetNotFound:
        detail = f"The spreadsheet has no sheet {choices.sheet!r}, but {', '.join(workbook.sheet_names)}."
        raise FileRefused("sheet", detail, {"sheet": choices.sheet, "sheets": workbook.sheet_names}) from None
    except (CalamineError, IndexError, OSError):
        raise _unreadable() from None
    rows = _rows(sheet, _formulas(path, workbook.sheet_names.index(name)))
    return under_header(rows, fields, choices, partial(Table, sheet=name, sheets=tuple(workbook.sheet_names)))


def _check_size(path: Path) -> None:
    """A small file may unpack to a very large one."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:
        raise _unreadable() from None
    if unpacked > LARGEST_UNPACKED:
        detail = f"The spreadsheet unpacks to more than {LARGEST_UNPACKED // 1024**2} MB: save it as CSV, or in parts."
        raise FileRefused("too_large", detail, {"most": LARGEST_UNPACKED})


def _unreadable() -> FileRefused:
    return FileRefused("no_spreadsheet", "The file is no XLSX spreadsheet, or is damaged: save it anew, or as CSV.")


def _rows(sheet: CalamineSheet, formulas: set[tuple[int, int]]) -> Iterator[Row]:
    left = 0 if sheet.start is None else sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield Row(number, [_text(cell, (number, left + place + 1) in formulas) for place, cell in enumerate(cells)])


def _text(cell: Any, is_formula: bool) -> str:
    if is_formula:
        return Spoilt(str(cell), "formula")
    match cell:
        case str():
            return undefused(cell)
        case bool():
            return Spoilt(str(cell).upper(), "truth")
        case int() | float():
            return Spoilt(f"{cell:.0f}" if float(cell).is_integer() else repr(cell), "number")
        case _:
            return Spoilt(str(cell), "date")


def _formulas(path: Path, place: int) -> set[tuple[int, int]]:
    """Row and column of the cells with a formula, of which the reader shows what it came to only."""
    found: set[tuple[int, int]] = set()
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, place)
        if member is None:
            return found
        with archive.open(member) as file:
            tail = b""
            while chunk := file.read(_CHUNK):
                text = tail + chunk
                found |= {(int(cell[2]), _column(cell[1])) for cell in _FORMULA.finditer(text)}
                tail = text[-_LONGEST_CELL_START:]
    return found


def _member(archive: zipfile.ZipFile, place: int) -> str | None:
    """The part of the file that holds the sheet."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
    relations = _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels"))
    if place >= len(sheets):
        return None
    for relation in relations:
        if b'Id="' + sheets[place][1] + b'"' in relation:
            target = relation.partition(b'Target="')[2].partition(b'"')[0].decode().lstrip("/")
            return next((name for name in (target, f"xl/{target}") if name in names), None)
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
