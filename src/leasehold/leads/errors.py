"""What can be wrong with stages, activities and notes."""

from collections.abc import Mapping
from typing import Any

from leasehold.kit.errors import DomainError, Kind


class StageNotFound(DomainError):
    """No stage has that name or id."""

    def __init__(self, name_or_id: str) -> None:
        detail = f"There is no stage {name_or_id!r}: `leasehold stage list` names them all."
        super().__init__(Kind.NOT_FOUND, "stage_not_found", detail, {"name": name_or_id})


class StageRefused(DomainError):
    """The institution cannot be moved there; `problem` says why."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.CONFLICT, "stage_refused", detail, context)


class StagesRefused(DomainError):
    """The stages cannot be changed this way; `problem` says why."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.CONFLICT, "stages_refused", detail, context)


class StageNameTaken(DomainError):
    """Another stage is called that."""

    def __init__(self, name: str) -> None:
        detail = f"There is a stage {name!r} already: choose another name."
        super().__init__(Kind.CONFLICT, "stage_name_taken", detail, {"name": name})


class ActivityNotFound(DomainError):
    """There is no such activity."""

    def __init__(self) -> None:
        detail = "There is no such activity: `leasehold activity list` names those that are open."
        super().__init__(Kind.NOT_FOUND, "activity_not_found", detail)


class ActivityInvalid(DomainError):
    """What is said of an activity cannot be."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.INVALID, "activity_invalid", detail, context)


class ActivityDone(DomainError):
    """What is done is not done again."""

    def __init__(self) -> None:
        detail = "This was done already: look at the activity again."
        super().__init__(Kind.CONFLICT, "activity_done", detail)


class InstitutionNoteNotFound(DomainError):
    """There is no such note, or no such version of it."""

    def __init__(self) -> None:
        detail = "There is no such note, or it was removed: look at the institution's notes again."
        super().__init__(Kind.NOT_FOUND, "institution_note_not_found", detail)


class NoteChanged(DomainError):
    """Somebody else has saved the note since it was read; nothing was saved. `theirs` is their version's number."""

    def __init__(self, theirs: int, body: str) -> None:
        detail = "Somebody else has changed this note meanwhile, so nothing was saved: compare, then decide."
        super().__init__(Kind.CONFLICT, "note_changed", detail, {"latest": theirs, "body": body})
        self.theirs = theirs
        self.body = body
