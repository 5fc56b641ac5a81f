"""What an import came to is kept, and an import is taken back, the same way whatever was imported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import func
from sqlalchemy.orm import Session

from leasehold.imports.errors import ImportInUse, ImportNotFound, ImportReverted
from leasehold.imports.models import FileImport
from leasehold.imports.previewing import Preview
from leasehold.imports.staging import RowState
from leasehold.kit.actor import Actor
from leasehold.kit.text import clean_text

LONGEST_REASON = 500

Made = TypeVar("Made", bound=FileImport)


@dataclass(frozen=True, slots=True)
class Undoing:
    """How a subject takes out again what an import (by its id) has added.

    `touched` says in words what of it somebody has done something with since, and sees to it that nothing of it changes
    from now on; `forget` deletes it all.
    """

    touched: Callable[[Session, int], Sequence[str]]
    forget: Callable[[Session, int], None]


@dataclass(frozen=True, slots=True)
class ImportLine(Generic[Made]):
    """An import in a list, how people call the one who made it, and what it was read into where that has a name."""

    made: Made
    made_by: str
    into: str = ""


def came_to(preview: Preview, *, good_rows_only: bool, actor: Actor) -> dict[str, Any]:
    """What is kept of an import, as fields of its `FileImport`."""
    return {
        "file_name": preview.file_name,
        "sha256": preview.sha256,
        "good_rows_only": good_rows_only,
        "rows_new": preview.figures.of(RowState.NEW),
        "rows_same": preview.figures.of(RowState.SAME),
        "rows_duplicate": preview.figures.of(RowState.DUPLICATE),
        "rows_wrong": preview.figures.of(RowState.WRONG),
        "made_by": actor.name,
    }


def find_import(session: Session, kind: type[Made], import_id: int) -> Made:
    """The import with this id. Raises `ImportNotFound`."""
    made = session.get(kind, import_id)
    if made is None:
        raise ImportNotFound(import_id)
    return made


def take_back(session: Session, kind: type[Made], import_id: int, reason: str, undoing: Undoing) -> Made:
    """Take out again what an import has added, all of it or nothing.

    Raises `DomainError` `text_invalid`, `ImportNotFound`, `ImportReverted`, and `ImportInUse` where something was done
    with some of it since.
    """
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    made = find_import(session, kind, import_id)
    session.refresh(made, with_for_update={"key_share": True})
    if made.reverted_at is not None:
        raise ImportReverted(import_id)
    touched = undoing.touched(session, import_id)
    if touched:
        raise ImportInUse(touched)
    undoing.forget(session, import_id)
    made.reverted_at = func.clock_timestamp()
    made.revert_reason = why
    session.flush()
    session.refresh(made)
    return made
