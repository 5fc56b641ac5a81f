"""Whose call it is: the peer's address, or what a proxy that we trust says of it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_FORWARDED_FOR = re.compile(r'(?:^|[;,\s])for=("[^"]*"|[^;,\s]*)', re.IGNORECASE)
_REMEMBERED = 8192

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class ClientAddresses:
    """Finds the client's address. A peer on a unix socket is a proxy of ours; others are trusted by configuration."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        self._trusted: tuple[Network, ...] = tuple(ip_network(network) for network in trusted_proxies)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._find)

    def find(self, peer: str | None, x_forwarded_for: bytes | None, forwarded: bytes | None) -> str | None:
        """The address as text, None where nobody said one (a unix socket without a header).

        `peer` is None for a unix socket. Of a chain of proxies the last address that is no trusted proxy counts: what
        stands before it, the client may have written itself. X-Forwarded-For wins over Forwarded (RFC 7239).
        """
        if peer is not None and not self._trusted:
            return peer
        return self._remembered(peer, x_forwarded_for, forwarded)

    def _find(self, peer: str | None, x_forwarded_for: bytes | None, forwarded: bytes | None) -> str | None:
        if peer is not None and not self._is_trusted(_parse(peer)):
            return peer
        if x_forwarded_for is not None:
            chain = x_forwarded_for.decode("latin-1").split(",")
        elif forwarded is not None:
            chain = _FORWARDED_FOR.findall(forwarded.decode("latin-1"))
        else:
            return peer
        known = peer
        for said in reversed(chain):
            address = _parse(said)
            if address is None:
                break
            known = str(address)
            if not self._is_trusted(address):
                break
        return known

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def network_of(address: str | None) -> str:
    """What limits count by: an IPv4 address, of IPv6 the /64 that one customer has; one name for all unknown."""
    parsed = _parse(address) if address is not None and ":" in address else None
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return address or "unknown"


def _parse(said: str) -> Address | None:
    """The address in `203.0.113.9`, `203.0.113.9:4711`, `[2001:db8::1]:4711`, `"[2001:db8::1]"`; None for all else."""
    text = said.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address
