"""How long something took, as people say it."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def lasting(duration: timedelta) -> str:
    """`2 min 5 s`: whole seconds, in the two largest units that there are (rounded down); never less than `0 s`."""
    return " ".join(islice(_parts(max(int(duration.total_seconds()), 0)), 2)) or "0 s"


def _parts(seconds: int) -> Iterator[str]:
    for unit, size in _UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            yield f"{number} {unit}"
