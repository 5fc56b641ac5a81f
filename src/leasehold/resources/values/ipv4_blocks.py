"""Many addresses in one text: a CIDR block, a range, a pattern."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from leasehold.resources.errors import ValueInvalid
from leasehold.resources.values.ipv4 import normal_ipv4
from leasehold.resources.values.ranges import backwards, check_count, has_sets, spelled_out

_CIDR = re.compile(r"([^/]+)/\s*([0-9]{1,3})")
_RANGE = re.compile(r"([0-9.]+)(?:\s*[-–]\s*|\s+(?:to|bis)\s+|\s*\.\.\s*)([0-9.]+)")  # noqa: RUF001  # an en dash


def addresses_in(text: str, *, public_only: bool) -> Iterable[str]:
    """The addresses that `text` means, in their order. Raises `ValueInvalid`.

    A block (`192.0.2.0/28`) means all its addresses, the first and the last included; a range is
    `192.0.2.1-192.0.2.9` or `192.0.2.1-9`, a pattern `192.0.[2,4-5].[1-20]`.
    """
    if has_sets(text):
        return [normal_ipv4(one, public_only=public_only) for one in spelled_out(text)]
    block = _CIDR.fullmatch(text)
    if block is not None:
        return _block(text, block[1].strip(), int(block[2]), public_only)
    ends = _RANGE.fullmatch(text)
    if ends is not None:
        return _range(text, ends[1], ends[2], public_only)
    return [normal_ipv4(text, public_only=public_only)]


def _block(text: str, base: str, prefix: int, public_only: bool) -> Iterator[str]:
    first = int(IPv4Address(normal_ipv4(base, public_only=False)))
    if prefix > 32:
        reason = f"has no prefix that there is: /{prefix} is more than /32."
        raise ValueInvalid("prefix", text, reason, {"prefix": prefix})
    size = 2 ** (32 - prefix)
    if first % size:
        meant = f"{IPv4Address(first - first % size)}/{prefix}"
        reason = f"is an address within a block, not a block: write {meant} if all of it is meant."
        raise ValueInvalid("host_bits", text, reason, {"meant": meant})
    return _all(text, first, first + size - 1, public_only)


def _range(text: str, left: str, right: str, public_only: bool) -> Iterator[str]:
    if "." not in right:
        right = f"{left.rpartition('.')[0]}.{right}"
    first, last = (int(IPv4Address(normal_ipv4(end, public_only=False))) for end in (left, right))
    if last < first:
        raise backwards(text)
    return _all(text, first, last, public_only)


def _all(text: str, first: int, last: int, public_only: bool) -> Iterator[str]:
    """Every address in between. What is never usable comes in blocks of /8, so that both ends speak for all."""
    check_count(text, last - first + 1)
    for end in (first, last):
        normal_ipv4(str(IPv4Address(end)), public_only=public_only)
    spelled = (str(IPv4Address(number)) for number in range(first, last + 1))
    return (normal_ipv4(one, public_only=True) for one in spelled) if public_only else spelled
