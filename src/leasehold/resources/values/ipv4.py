"""IPv4 addresses in dotted decimal form, and nothing that only looks like it.

PostgreSQL, libc and many parsers read 010.0.0.1 as octal or as 10.0.0.1, and 127.1 or 0x7f.1 as an address: here each
of them is refused.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address

from leasehold.resources.errors import ValueInvalid

_DOTTED = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){3}")
_SHARED = IPv4Network("100.64.0.0/10")


def normal_ipv4(text: str, *, public_only: bool) -> str:
    """The address as it is written canonically. Raises `ValueInvalid`."""
    plain = text.strip()
    first, *_ = _numbers(plain)
    never = _never_usable(first)
    if never:
        raise ValueInvalid("not_usable", plain, f"cannot be anybody's address: it is {never}. Take it out.")
    if public_only and not _is_public(IPv4Address(plain)):
        reason = "is not a public address, and the pool takes public ones only: choose another pool or address."
        raise ValueInvalid("not_public", plain, reason)
    return plain


def _numbers(plain: str) -> list[int]:
    if not (_DOTTED.fullmatch(plain) and plain.isascii()):
        if _is_ipv6(plain):
            reason = "is an IPv6 address: only IPv4 addresses such as 192.0.2.10 are possible."
            raise ValueInvalid("ipv6", plain, reason)
        raise ValueInvalid("no_ipv4", plain, "is not an IPv4 address: write four numbers such as 192.0.2.10.")
    parts = plain.split(".")
    numbers = [int(part) for part in parts]
    if max(numbers) > 255:
        reason = "is not an IPv4 address: each of the four numbers goes from 0 to 255."
        raise ValueInvalid("number_too_large", plain, reason)
    bare = ".".join(map(str, numbers))
    if bare != plain:
        reason = f"has a leading zero, which some programs read as octal: write {bare} if that is what is meant."
        raise ValueInvalid("leading_zero", plain, reason, {"bare": bare})
    return numbers


def _is_ipv6(plain: str) -> bool:
    try:
        IPv6Address(plain.strip("[]"))
    except AddressValueError:
        return False
    return True


def _never_usable(first: int) -> str | None:
    """By the first number: these blocks are all of them /8 or larger."""
    if first == 0:
        return "in 0.0.0.0/8"
    if first == 127:
        return "a loopback address"
    if 224 <= first < 240:
        return "a multicast address"
    return "reserved by the standard" if first >= 240 else None


def _is_public(address: IPv4Address) -> bool:
    return address.is_global and not address.is_private and address not in _SHARED
