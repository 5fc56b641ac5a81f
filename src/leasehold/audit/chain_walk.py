"""Along the chain, seal by seal, until something is not as it must be."""

from collections.abc import Sequence
from typing import Any

from leasehold.audit.breaks import BreakKind, BrokenChain
from leasehold.audit.canonical import GENESIS, LEAF_COLUMNS, leaf_hash, link_hash
from leasehold.audit.checkpoints import Checkpoint
from leasehold.kit.database import Connection

_NEIGHBOURHOOD = 1000
_ROWS_AROUND = f"SELECT {LEAF_COLUMNS} FROM public.audit_log AS l WHERE l.id BETWEEN %s AND %s"  # noqa: S608  # ours
_SEALS_AROUND = """
SELECT leaf_hash, coalesce(chain_hash, '') FROM public.audit_seals
 WHERE position BETWEEN %s AND %s AND leaf_hash IS NOT NULL
"""


class ChainWalk:
    """Where we are: how many seals were right so far, and what was signed about them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._link = GENESIS
        self._signed_size = 0
        self.position = 0
        self.final_id = 0

    def step(self, position: int, audit_id: int, leaf: bytes, link: bytes, columns: Sequence[Any]) -> None:
        """Go on to the next seal and its row (`LEAF_COLUMNS`, None where it is gone). Raises `BrokenChain`."""
        here = {"audit_id": audit_id, "position": self.position + 1}
        if position > self.position + 1:
            detail = f"The seal at position {self.position + 1} is gone; row {audit_id} stands behind it."
            raise BrokenChain(BreakKind.SEAL_REMOVED, detail, position=self.position + 1)
        if position <= self.position:
            detail = f"Position {position} of the chain, or row {audit_id}, is there twice."
            raise BrokenChain(BreakKind.ROW_INSERTED, detail, **here)
        if link_hash(self._link, leaf) != link:
            raise self._misplaced_seal(audit_id, link)
        if columns[0] is None:
            raise BrokenChain(BreakKind.ROW_REMOVED, f"Row {audit_id} is gone from the log.", **here)
        if not _is_leaf(columns, leaf):
            raise self._other_row(audit_id, leaf)
        if audit_id <= self.final_id:
            detail = f"Row {audit_id} was put into the log after everything with such an id had been sealed."
            raise BrokenChain(BreakKind.ROW_INSERTED, detail, **here)
        self.position, self._link = position, link

    def meet(self, checkpoint: Checkpoint) -> None:
        """What was signed about the first `size` rows must be what was found. Raises `BrokenChain`."""
        if checkpoint.size == self.position and checkpoint.chain != self._link.hex():
            raise self._rewritten(f"checkpoint {checkpoint.number}")
        self._signed_size = checkpoint.size
        self.final_id = max(self.final_id, checkpoint.final_id)

    def meet_witness(self, remembered: Checkpoint | None) -> None:
        """The same for the checkpoint kept outside of the database, at its place. Raises `BrokenChain`."""
        if remembered is None or remembered.size != self.position:
            return
        if remembered.chain != self._link.hex():
            raise self._rewritten("the checkpoint kept outside of the database", BreakKind.ROLLED_BACK)
        self._signed_size = remembered.size
        self.final_id = max(self.final_id, remembered.final_id)

    def truncated(self, checkpoint: Checkpoint) -> BrokenChain:
        """For a chain that ended before the size that was signed."""
        detail = f"{checkpoint.size} rows were sealed by {checkpoint.time}, but the chain ends after {self.position}."
        return BrokenChain(BreakKind.TRUNCATED, detail, position=self.position + 1)

    def _rewritten(self, signed: str, what: BreakKind = BreakKind.CHAIN_REWRITTEN) -> BrokenChain:
        detail = (
            f"The chain is not the one that {signed} speaks of: rows or seals between the positions "
            f"{self._signed_size + 1} and {self.position} were replaced."
        )
        return BrokenChain(what, detail, position=self._signed_size + 1)

    def _misplaced_seal(self, audit_id: int, link: bytes) -> BrokenChain:
        here = {"audit_id": audit_id, "position": self.position + 1}
        around = (self.position + 1 - _NEIGHBOURHOOD, self.position + 1 + _NEIGHBOURHOOD)
        for leaf, other_link in self._connection.execute(_SEALS_AROUND, around).fetchall():
            if link_hash(self._link, bytes(leaf)) in {link, bytes(other_link)}:  # type: ignore[call-overload]  # bytea
                detail = f"Row {audit_id} stands at position {self.position + 1}, where another was sealed."
                return BrokenChain(BreakKind.ROWS_REORDERED, detail, **here)
        detail = f"The seal of row {audit_id} at position {self.position + 1} does not follow the one before it."
        return BrokenChain(BreakKind.SEAL_CHANGED, detail, **here)

    def _other_row(self, audit_id: int, leaf: bytes) -> BrokenChain:
        here = {"audit_id": audit_id, "position": self.position + 1}
        around = (audit_id - _NEIGHBOURHOOD, audit_id + _NEIGHBOURHOOD)
        for other_id, *rest in self._connection.execute(_ROWS_AROUND, around).fetchall():
            if other_id != audit_id and _is_leaf((audit_id, *rest), leaf):
                detail = f"What was written as row {audit_id} stands in row {other_id} now."
                return BrokenChain(BreakKind.ROWS_REORDERED, detail, **here)
        detail = f"Row {audit_id} says something else than when it was sealed."
        return BrokenChain(BreakKind.ROW_CHANGED, detail, **here)


def _is_leaf(columns: Sequence[Any], leaf: bytes) -> bool:
    try:
        return leaf_hash(columns) == leaf
    except (ArithmeticError, ValueError, TypeError, RecursionError, AttributeError):
        return False  # nothing that we can read was ever sealed like this
