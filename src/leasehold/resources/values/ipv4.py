"""IPv4 addresses in dotted decimal form, and nothing that only looks like it.

PostgreSQL, libc and many parsers read 010.0.0.1 as octal or as 10.0.0.1, and 127.1 or 0x7f.1 as an address: here each
of them is refused.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address

from leasehold.resources.errors import ValueInvalid

_DOTTED = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){3}")
_SHARED = IPv4Network("100.64.0.0/10")
_THIS_NETWORK = IPv4Network("0.0.0.0/8")


def normal_ipv4(text: str, *, public_only: bool) -> str:
    """The address as it is written canonically. Raises `ValueInvalid`."""
    plain = text.strip()
    address = _address(plain)
    never = _never_usable(address)
    if never:
        raise ValueInvalid("not_usable", plain, f"cannot be anybody's address: it is {never}. Take it out.")
    if public_only and not _is_public(address):
        reason = "is not a public address, and the pool takes public ones only: choose another pool or address."
        raise ValueInvalid("not_public", plain, reason)
    return str(address)


def _address(plain: str) -> IPv4Address:
    if _is_ipv6(plain):
        raise ValueInvalid("ipv6", plain, "is an IPv6 address: only IPv4 addresses such as 192.0.2.10 are possible.")
    if not (plain.isascii() and _DOTTED.fullmatch(plain)):
        raise ValueInvalid("no_ipv4", plain, "is not an IPv4 address: write four numbers such as 192.0.2.10.")
    parts = plain.split(".")
    if any(len(part) > 1 and part.startswith("0") for part in parts):
        bare = ".".join(part.lstrip("0") or "0" for part in parts)
        reason = f"has a leading zero, which some programs read as octal: write {bare} if that is what is meant."
        raise ValueInvalid("leading_zero", plain, reason, {"bare": bare})
    try:
        return IPv4Address(plain)
    except AddressValueError:
        reason = "is not an IPv4 address: each of the four numbers goes from 0 to 255."
        raise ValueInvalid("number_too_large", plain, reason) from None


def _is_ipv6(plain: str) -> bool:
    try:
        IPv6Address(plain.strip("[]"))
    except AddressValueError:
        return False
    return True


def _never_usable(address: IPv4Address) -> str | None:
    if address in _THIS_NETWORK:
        return "in 0.0.0.0/8"
    if address.is_loopback:
        return "a loopback address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_reserved:
        return "reserved by the standard"
    return None


def _is_public(address: IPv4Address) -> bool:
    return address.is_global and not address.is_private and address not in _SHARED
