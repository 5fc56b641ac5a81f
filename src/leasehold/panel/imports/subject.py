"""What files are imported into, as the pages of an import need to know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from leasehold.imports.previewing import Preview
from leasehold.imports.tables import Choices
from leasehold.imports.uploads import LARGEST_UPLOAD
from leasehold.panel.lists.table import Link, Words

_MORE_THAN_THE_FILE = 64 * 1024
LARGEST_BODY = LARGEST_UPLOAD + _MORE_THAN_THE_FILE


@dataclass(frozen=True, slots=True)
class Double:
    """What is there already and may be what a row says: where it is shown, and why."""

    link: Link
    reasons: Sequence[Words]


@dataclass(frozen=True, slots=True)
class RowHint:
    """A new row (`number`) with what it may be."""

    number: int
    given: str
    doubles: Sequence[Double]


@dataclass(frozen=True, slots=True)
class Hints:
    """How many of the new rows may be there already, and the first of them."""

    count: int = 0
    first: Sequence[RowHint] = ()


@dataclass(frozen=True, slots=True)
class ImportSubject:
    """What files are imported into.

    `key` names it for files that are on their way (`resource_pools/7`); `fields` are what a column can be, with how it
    reads; `sentences` say what can be wrong with a row, by problem. `preview(session, path, choices, file_name)` judges
    a file, `take(session, preview, good_rows_only)` takes it and answers the sentence that says so, both in one
    transaction; `hints(session)` compares what was judged last with what is there. The pages of the import are at
    `upload_endpoint` and, with an `upload_id`, at `preview_endpoint`, both for the same `values`; `back` is where it
    ends, `imports` the list of what was imported.
    """

    key: str
    title: str
    help: Words
    back: str
    imports: str
    upload_endpoint: str
    preview_endpoint: str
    values: Mapping[str, Any]
    fields: Mapping[str, Words]
    sentences: Mapping[str, Words]
    backup_before: str
    preview: Callable[[Session, Path, Choices, str], Preview]
    take: Callable[[Session, Preview, bool], str]
    takes_vcards: bool = False
    hints: Callable[[Session], Hints] = lambda _session: Hints()

    @property
    def endings(self) -> str:
        """What files are usually called, for the window that they are chosen in."""
        return ".csv,.txt,.tsv,.xlsx" + (",.vcf,.vcard" if self.takes_vcards else "")

    @property
    def kinds_of_file(self) -> str:
        """What can be sent, in the reader's language."""
        return str(_("CSV, a plain list, XLSX, or vCard.") if self.takes_vcards else _("CSV, a plain list, or XLSX."))

    @property
    def upload_address(self) -> str:
        """Where a file is sent to."""
        return url_for(self.upload_endpoint, **self.values)

    def preview_address(self, upload_id: UUID, **choices: Any) -> str:
        """Where a file that was sent is looked at."""
        return url_for(self.preview_endpoint, **self.values, upload_id=upload_id, **choices)
