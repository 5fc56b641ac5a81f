"""What is wrong with a file, as a file: CSV, to be put right and imported in its place."""

import csv
from collections.abc import Iterable
from pathlib import Path

from leasehold.imports.errors import FileRefused
from leasehold.imports.staging import Verdict
from leasehold.kit.spreadsheet_text import defused

_TITLES = ("row", "value", "problem", "detail")


def write_error_file(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Write a line for each of `verdicts` under a header; a file that is there is replaced. No cell can be a formula.

    Raises `FileRefused` `unwritable`.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(_TITLES)
            for verdict in verdicts:
                texts = (verdict.given, verdict.problem or "", verdict.detail or "")
                lines.writerow((verdict.number, *map(defused, texts)))
    except OSError as error:
        detail = f"The error file {path} cannot be written ({error.strerror}), so nothing was imported: name another."
        raise FileRefused("unwritable", detail, {"file": str(path)}) from error
