"""What a verification says."""

from dataclasses import dataclass

from leasehold.audit.breaks import Break


@dataclass(frozen=True, slots=True)
class Verification:
    """`whole` where nothing is broken. `unsealed` rows are younger than the last sealing; `overdue` ones should not be.

    Counts are of the tables, also where the log is broken.
    """

    whole: bool
    rows: int
    sealed: int
    unsealed: int
    overdue: int
    checkpoints: int
    first_broken: Break | None

    @property
    def warning(self) -> str | None:
        """A sentence where rows wait for their seal longer than they should."""
        if not self.overdue:
            return None
        return f"{self.overdue} rows have waited long for their seal, so no worker seals: see `leasehold status`."
