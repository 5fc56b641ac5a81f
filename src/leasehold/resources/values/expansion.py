"""One line of what people type: a value, or a short way to write many."""

import re
from collections.abc import Iterable, Iterator

from leasehold.resources.values.ipv4_blocks import addresses_in
from leasehold.resources.values.normal import ValueRules, normal_value, refuse_formula
from leasehold.resources.values.phone_blocks import numbers_in
from leasehold.resources.vocabulary import ResourceKind

# Commas within a set belong to it, and an extension to its number.
_SEVERAL = re.compile(r"[\[\]/–-]|\.\.|\s(?:to|bis)\s")  # noqa: RUF001  # an en dash
_BETWEEN = re.compile(r"[,;\t](?!\s*ext=)(?![^\[]*\])", re.IGNORECASE)


def expanded(text: str, rules: ValueRules) -> Iterator[str]:
    """The values that a line means, in its order: one, or a list (commas, semicolons) of values, blocks, ranges and
    patterns. Raises `ValueInvalid` at the first that is wrong.
    """
    refuse_formula(text)
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    for part in parts or [text]:
        yield from _many(part, rules) if _SEVERAL.search(part) else [normal_value(part, rules)]


def count_of(text: str, rules: ValueRules) -> int:
    """How many values a line means. Raises `ValueInvalid`."""
    return sum(1 for _ in expanded(text, rules))


def _many(part: str, rules: ValueRules) -> Iterable[str]:
    match rules.kind:
        case ResourceKind.IPV4:
            return addresses_in(part, public_only=rules.public_only)
        case ResourceKind.PHONE:
            return numbers_in(part, default_country=rules.default_country)
        case ResourceKind.DOMAIN:
            return [normal_value(part, rules)]
