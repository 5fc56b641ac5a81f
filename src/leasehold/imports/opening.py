"""One door to all kinds of files."""

import hashlib
import re
from pathlib import Path

from leasehold.imports import spreadsheets, text_files
from leasehold.imports.errors import FileRefused
from leasehold.imports.tables import Choices, Fields, Table
from leasehold.imports.vcards.table import is_vcard_file, open_vcards

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_CALENDAR = re.compile(r"\s*BEGIN\s*:\s*VCALENDAR\s", re.IGNORECASE)
_CHUNK = 1024 * 1024


def open_table(path: Path, fields: Fields, choices: Choices) -> Table:
    """The file as a table, by what it is and not by what it is called. Raises `FileRefused`."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        detail = f"The file {str(path)!r} cannot be read: {error.strerror}."
        raise FileRefused("unreadable", detail, {"file": str(path)}) from None
    if size == 0:
        raise FileRefused("empty", "The file is empty: nothing was imported.")
    if start == _OLD_OFFICE:
        detail = "The file is an old Excel file, or one with a password: save it as XLSX without one."
        raise FileRefused("no_spreadsheet", detail)
    module = spreadsheets if start == _ZIP else text_files
    if size > module.LARGEST_BYTES:
        most = module.LARGEST_BYTES // 1024**2
        detail = f"The file has {size / 1024**2:,.0f} MB, and at most {most} MB of this kind are read: split it."
        raise FileRefused("too_large", detail, {"bytes": size, "most": module.LARGEST_BYTES})
    if module is spreadsheets:
        return spreadsheets.open_spreadsheet(path, fields, choices)
    if text_files.looks_like(path, _CALENDAR):
        detail = "The file is a calendar (iCalendar), not a list or an address book: export the contacts instead."
        raise FileRefused("calendar", detail)
    if is_vcard_file(path):
        return open_vcards(path, fields, choices)
    return text_files.open_text(path, fields, choices)


def digest_of(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
