"""Many phone numbers in one text: a range, a pattern."""

import re
from collections.abc import Iterable

from leasehold.resources.errors import ValueInvalid
from leasehold.resources.values.phones import normal_phone
from leasehold.resources.values.ranges import backwards, check_count, has_sets, spelled_out

# A hyphen also stands within numbers: it is a range only where a whole number follows it.
_RANGE = re.compile(r"(.+?)(?:\s+[-–]\s+(?=[+0])|\s+(?:to|bis)\s+|\s*\.\.\s*)(.+)")  # noqa: RUF001  # an en dash
_SHORT = re.compile(r"[0-9]{1,5}")


def numbers_in(text: str, *, default_country: str | None) -> Iterable[str]:
    """The numbers that `text` means, in their order. Raises `ValueInvalid`.

    A range is `+49 30 123400 - +49 30 123499` or `+49 30 123400..99`, a pattern `+49 30 1234[00-99]`.
    """
    if has_sets(text):
        return [normal_phone(one, default_country=default_country) for one in spelled_out(text)]
    ends = _RANGE.fullmatch(text)
    if ends is None:
        return [normal_phone(text, default_country=default_country)]
    first = normal_phone(ends[1], default_country=default_country)
    if _SHORT.fullmatch(ends[2]):
        last = first[: -len(ends[2])] + ends[2]
    else:
        last = normal_phone(ends[2], default_country=default_country)
    if ";" in first + last or len(first) != len(last):
        reason = "is no range: both ends need as many digits, and no extension."
        raise ValueInvalid("no_range", text, reason)
    if last < first:
        raise backwards(text)
    check_count(text, int(last) - int(first) + 1)
    return (normal_phone(f"+{number}", default_country=None) for number in range(int(first), int(last) + 1))
