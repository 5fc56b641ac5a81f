"""A file as it would be imported, and what keeps it from being imported whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from leasehold.imports.errors import RowsRefused
from leasehold.imports.staging import Figures, problems
from leasehold.imports.tables import Table
from leasehold.kit.database import Connection

MOST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file is read, and how many of its items are what. Nothing is written yet.

    `columns` is what somebody has said about its header. What was staged for it (`staging`) is there until the
    transaction ends.
    """

    table: Table
    figures: Figures
    sha256: str
    file_name: str
    columns: Mapping[str, str]


def check_rows(connection: Connection, figures: Figures, *, good_rows_only: bool) -> None:
    """Refuse what was staged last where it cannot be taken whole, and has to be; raises `RowsRefused`."""
    if figures.bad and not good_rows_only:
        told = [
            {"row": verdict.number, "value": verdict.given, "problem": verdict.problem, "detail": verdict.detail}
            for verdict in islice(problems(connection), MOST_TOLD)
        ]
        raise RowsRefused(wrong=figures.bad, of=figures.total, rows=told)
