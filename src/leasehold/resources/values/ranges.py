"""Sets of numbers as people write them: `[2,4-5]`, `[00-99]`."""

import re
from itertools import product

from leasehold.resources.errors import ValueInvalid

MOST_OF_A_LINE = 65_536
_SET = re.compile(r"\[([^\[\]]*)\]")
_RANGE = re.compile(r"\s*([0-9]{1,15})(?:\s*-\s*([0-9]{1,15}))?\s*")


def has_sets(text: str) -> bool:
    """Whether the text is a pattern."""
    return "[" in text or "]" in text


def spelled_out(text: str) -> list[str]:
    """Every text that a pattern means, in its order; numbers keep the width of their range's beginning.

    Raises `ValueInvalid`.
    """
    pieces = _SET.split(text)  # text, set, text, set, …, text
    if any(has_sets(piece) for piece in pieces[::2]) or len(pieces) == 1:
        raise ValueInvalid("pattern", text, "has a bracket too many or too few: write sets like [1,5-9].")
    sets = [_numbers(text, piece) for piece in pieces[1::2]]
    check_count(text, _product(sets))
    return ["".join(_woven(pieces[::2], chosen)) for chosen in product(*sets)]


def check_count(text: str, count: int) -> None:
    """Refuse a line of too many values. Raises `ValueInvalid`."""
    if count > MOST_OF_A_LINE:
        reason = f"means {count:,} values, and a line means at most {MOST_OF_A_LINE:,}: write it as several lines."
        raise ValueInvalid("too_many", text, reason, {"count": count, "most": MOST_OF_A_LINE})


def backwards(text: str) -> ValueInvalid:
    """The refusal of a range that ends before it begins."""
    return ValueInvalid("backwards", text, "ends before it begins: write the lower end first.")


def _numbers(text: str, inside: str) -> list[str]:
    numbers: list[str] = []
    for part in inside.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise ValueInvalid("pattern", text, f"has a set [{inside}] that is none: write sets like [1,5-9].")
        first, last = found[1], found[2] or found[1]
        if int(last) < int(first):
            raise backwards(text)
        check_count(text, int(last) - int(first) + 1)
        numbers += [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]
    return numbers


def _product(sets: list[list[str]]) -> int:
    count = 1
    for numbers in sets:
        count *= len(numbers)
    return count


def _woven(fixed: list[str], chosen: tuple[str, ...]) -> list[str]:
    return [piece for pair in zip(fixed, (*chosen, ""), strict=True) for piece in pair]
