"""How far a backup is."""

from enum import StrEnum


class State(StrEnum):
    """The steps of a backup, in order: each is written to the catalogue when it is safely done."""

    PLANNED = "planned"
    DUMPED = "dumped"
    VERIFIED = "verified"
    SEALED = "sealed"
    LOCAL = "local"
    PUSHED = "pushed"
    PROVED = "proved"

    @property
    def rank(self) -> int:
        """0 for the first step, and one more for each that follows."""
        return list(State).index(self)

    def reaches(self, other: "State") -> bool:
        """Whether this is `other` or a later step."""
        return self.rank >= other.rank
