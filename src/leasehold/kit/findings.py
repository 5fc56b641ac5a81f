"""What a look at the installation finds: one shape for everything that is looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. Where it is not `ok`, `detail` says what is wrong and `mend` is what to run or do."""

    check: str
    ok: bool
    detail: str
    mend: str | None = None
