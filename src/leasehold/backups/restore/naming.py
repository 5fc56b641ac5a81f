"""What the databases of a restore are called: beside `leasehold`, `leasehold_new_…` and `leasehold_prev_…`."""

from datetime import UTC, datetime
from typing import Final

_LONGEST: Final = 63
_NEW, _PREVIOUS = "_new_", "_prev_"
_FORMAT: Final = "%Y%m%d_%H%M%S"
_SUFFIX: Final = len(f"{_PREVIOUS}YYYYMMDD_HHMMSS")


def new_and_previous(database: str, moment: datetime) -> tuple[str, str]:
    """The name of the database that is being restored at `moment`, and the one that the replaced one will have."""
    begun = moment.astimezone(UTC).strftime(_FORMAT)
    return f"{_stem(database)}{_NEW}{begun}", f"{_stem(database)}{_PREVIOUS}{begun}"


def is_draft_of(database: str, name: str) -> bool:
    """Whether `name` is of a database that a restore was making, to take the place of `database`."""
    begins = f"{_stem(database)}{_NEW}"
    return name.startswith(begins) and len(name) == len(begins) + len("YYYYMMDD_HHMMSS")


def _stem(database: str) -> str:
    return database[: _LONGEST - _SUFFIX]
