"""Why a file cannot be read, or its rows not be taken."""

from collections.abc import Mapping, Sequence
from typing import Any

from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.text import MOST_LISTED, listed


class FileRefused(DomainError):
    """The file as a whole cannot be read; `problem` says why. Nothing of it was taken."""

    def __init__(self, problem: str, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "file_refused", detail, {"problem": problem, **(context or {})})


class RowsRefused(DomainError):
    """Rows of the file are wrong, and so none was taken; `rows` tells of each, as many as are told of."""

    def __init__(self, *, wrong: int, of: int, rows: Sequence[Mapping[str, Any]]) -> None:
        told = [f"row {row['row']}: {row['detail']}" for row in rows]
        more = [] if wrong <= len(rows) else [f"… and {wrong - len(rows)} more."]
        detail = "\n".join([f"{wrong} of {of} entries are wrong, so nothing was imported:", *told, *more])
        super().__init__(Kind.INVALID, "rows_refused", detail, {"wrong": wrong, "of": of, "rows": list(rows)})


class ImportOvertaken(DomainError):
    """Somebody else has changed some of the same meanwhile."""

    def __init__(self) -> None:
        detail = "Somebody else has changed some of it meanwhile, so nothing was imported: look again, then import."
        super().__init__(Kind.CONFLICT, "import_overtaken", detail)


class ImportNotFound(DomainError):
    """No import has that id."""

    def __init__(self, import_id: int) -> None:
        verbs = "`leasehold resource imports` and `leasehold institution imports`"
        detail = f"There is no import {import_id}: {verbs} list them."
        super().__init__(Kind.NOT_FOUND, "import_not_found", detail, {"import": import_id})


class ImportReverted(DomainError):
    """The import was taken back before."""

    def __init__(self, import_id: int) -> None:
        detail = f"Import {import_id} was reverted before: there is nothing to do."
        super().__init__(Kind.INVALID, "import_reverted", detail)


class ImportInUse(DomainError):
    """Something was done since with what the import added, and so all of it stays."""

    def __init__(self, touched: Sequence[str]) -> None:
        detail = f"Something was done since with {listed(touched)}: these stay, and so does the import."
        super().__init__(Kind.INVALID, "import_in_use", detail, {"values": list(touched[:MOST_LISTED])})


class UploadNotFound(DomainError):
    """The file that was sent is not there any more."""

    def __init__(self) -> None:
        detail = "This file was imported already, or was sent more than a day ago: send it again if it shall be."
        super().__init__(Kind.NOT_FOUND, "upload_not_found", detail)
