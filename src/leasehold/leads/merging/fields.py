"""Whose name, domain, owner the winner of a merge goes on with; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from leasehold.leads.merging.errors import FieldUnknown

Values = Mapping[str, Any]

CHOICES: Final = (
    "name",
    "legal_form",
    "kind",
    "website_domain",
    "vat_id",
    "parent_id",
    "language",
    "owner_id",
    "source",
    "tags",
)
"""The columns of institutions of which one of two values is kept."""

KEPT: Final = (*CHOICES, "do_not_contact", "stage_id", "lost_reason")
"""All that a merge can change of the winner."""


class Side(StrEnum):
    """Whose value is kept."""

    LOSER = "loser"
    WINNER = "winner"


@dataclass(frozen=True, slots=True)
class Choice:
    """A field, what the two have there, and what the winner will have."""

    name: str
    loser: Any
    winner: Any
    outcome: Any

    @property
    def differs(self) -> bool:
        """Whether there is something to choose."""
        return bool(self.loser != self.winner)


def choose(loser: Values, winner: Values, keep: Mapping[str, Side]) -> list[Choice]:
    """What the winner will have: its own, or the loser's where it has nothing, save what `keep` says.

    Tags are put together where nothing is said of them. Raises `FieldUnknown`.
    """
    unknown = next((name for name in keep if name not in CHOICES), None)
    if unknown is not None:
        raise FieldUnknown(unknown, ", ".join(CHOICES))
    return [Choice(name, loser[name], winner[name], _outcome(name, loser, winner, keep.get(name))) for name in CHOICES]


def _outcome(name: str, loser: Values, winner: Values, side: Side | None) -> Any:
    if side is not None:
        return (loser if side is Side.LOSER else winner)[name]
    if name == "tags":
        return sorted({*loser[name], *winner[name]})
    return loser[name] if winner[name] in (None, "") else winner[name]
