"""CSV files and plain lists.

The encoding is UTF-8, or UTF-16 with its mark, or else the Windows code page 1252; guessing more would be wrong more
often. The delimiter is the one of semicolon, tab and comma that the first line has most of, outside of quotes; a file
without any has one column. Both can be said instead.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from leasehold.imports.errors import FileRefused
from leasehold.imports.tables import Choices, Fields, Row, Table, under_header
from leasehold.kit.spreadsheet_text import undefused

LARGEST_BYTES = 256 * 1024 * 1024
ENCODINGS = ("utf-8", "cp1252", "iso-8859-1", "utf-16")
DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t"}
_NO_DELIMITER = "\x1f"
_CHUNK = 1024 * 1024
_BEGINNING = 4096
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def open_text(path: Path, fields: Fields, choices: Choices) -> Table:
    """The file as a table. Raises `FileRefused`: `empty`, `no_text`, `encoding`, `delimiter`, `column`, `line`."""
    encoding = encoding_for(path, choices)
    given = None if choices.delimiter is None else _named_delimiter(choices.delimiter)
    delimiter = given or _delimiter_of(_first_line(path, encoding))
    rows = _rows(path, encoding, delimiter or _NO_DELIMITER)
    table = under_header(rows, fields, choices, partial(Table, encoding=encoding, delimiter=delimiter))
    if table.places or given is not None or delimiter is None:
        return table
    # Nothing says that these are columns: each line is one text, a list of values perhaps.
    table.rows.close()  # type: ignore[attr-defined]  # a generator
    lines = _rows(path, encoding, _NO_DELIMITER)
    return Table(lines, header=(), places={}, encoding=encoding, titles=table.titles)


def encoding_for(path: Path, choices: Choices) -> str:
    """The encoding that was chosen, or else is found out. Raises `FileRefused`: `encoding`, `no_text`."""
    return _checked(choices.encoding) if choices.encoding else _encoding_of(path)


def looks_like(path: Path, beginning: re.Pattern[str]) -> bool:
    """Whether the text of the file matches `beginning`, whatever its encoding."""
    with path.open("rb") as file:
        start = file.read(_BEGINNING)
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "latin-1")
    return beginning.match(start.decode(marked, "ignore")) is not None


def _checked(encoding: str) -> str:
    if encoding.lower() not in ENCODINGS:
        detail = f"{encoding!r} is no encoding that is read here: choose {', '.join(ENCODINGS)}."
        raise FileRefused("encoding", detail, {"encoding": encoding})
    return "utf-8-sig" if encoding.lower() == "utf-8" else encoding.lower()


def _named_delimiter(name: str) -> str:
    found = DELIMITERS.get(name, name)
    if found not in DELIMITERS.values():
        detail = f"{name!r} is no delimiter that is read here: choose {', '.join(DELIMITERS)}."
        raise FileRefused("delimiter", detail, {"delimiter": name})
    return found


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(3)
        marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)
        if marked is not None:
            return marked
        file.seek(0)
        return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid = True
    while chunk := file.read(_CHUNK):
        if b"\0" in chunk:
            raise FileRefused("no_text", "The file is no text: save it as CSV, or as XLSX with that ending.")
        valid = valid and _decodes(decoder, chunk)
    return valid and _decodes(decoder, b"", final=True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _first_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        try:
            return next((line for line in file if line.strip()), "")
        except UnicodeError:
            return ""  # told of where the rows are read


def _delimiter_of(line: str) -> str | None:
    unquoted = "".join(line.split('"')[::2])
    counts = {delimiter: unquoted.count(delimiter) for delimiter in DELIMITERS.values()}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else None


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
        number = 1
        try:
            for cells in reader:
                yield Row(number, [undefused(cell) for cell in cells])
                number = reader.line_num + 1
        except UnicodeError:
            detail = f"The file is not {encoding}, as row {number} or one soon after it shows: choose another encoding."
            raise FileRefused("encoding", detail, {"encoding": encoding, "row": number}) from None
        except csv.Error as error:
            detail = f"Row {number} cannot be read ({error}): look for a quotation mark that is not closed."
            raise FileRefused("line", detail, {"row": number}) from None
