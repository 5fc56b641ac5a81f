"""What can be wrong with the log."""

from dataclasses import dataclass
from enum import StrEnum


class BreakKind(StrEnum):
    """What was done to it."""

    ROW_CHANGED = "row_changed"
    ROW_REMOVED = "row_removed"
    ROW_INSERTED = "row_inserted"
    ROWS_REORDERED = "rows_reordered"
    SEAL_CHANGED = "seal_changed"
    SEAL_REMOVED = "seal_removed"
    CHAIN_REWRITTEN = "chain_rewritten"
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled_back"
    CHECKPOINT_CHANGED = "checkpoint_changed"
    CHECKPOINT_REMOVED = "checkpoint_removed"
    PERSONAL_VALUE_CHANGED = "personal_value_changed"


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that is not as it was: `detail` is a sentence; the row and its place where they are known."""

    what: BreakKind
    detail: str
    audit_id: int | None = None
    position: int | None = None


class BrokenChain(Exception):
    """Ends the walk along the chain at the first break."""

    def __init__(
        self, what: BreakKind, detail: str, *, audit_id: int | None = None, position: int | None = None
    ) -> None:
        super().__init__(detail)
        self.found = Break(what, detail, audit_id, position)
