"""Whose address it is, and that nobody can choose it."""

import pytest

from leasehold.kit.client_address import ClientAddresses, network_of

DIRECT = ClientAddresses([])
PROXIED = ClientAddresses(["10.0.0.0/8", "fd00::/8"])


@pytest.mark.parametrize("header", [b"203.0.113.1", b"10.0.0.1, 203.0.113.1"])
def test_a_peer_that_is_no_proxy_is_the_client(header: bytes) -> None:
    for addresses in (DIRECT, PROXIED):
        assert addresses.find("198.51.100.1", header, b"for=203.0.113.2") == "198.51.100.1"
    assert DIRECT.find("10.0.0.1", header, None) == "10.0.0.1"


@pytest.mark.parametrize(
    ("x_forwarded_for", "client"),
    [
        (b"203.0.113.1", "203.0.113.1"),
        (b"1.2.3.4, 203.0.113.1", "203.0.113.1"),
        (b"1.2.3.4, 203.0.113.1, 10.2.3.4", "203.0.113.1"),
        (b"10.9.9.9, 10.2.3.4", "10.9.9.9"),
        (b"2001:db8::1", "2001:db8::1"),
        (b"[2001:db8::1]:4711", "2001:db8::1"),
        (b"203.0.113.1:4711", "203.0.113.1"),
        (b"::ffff:203.0.113.1", "203.0.113.1"),
        (b"fe80::1%eth0", "fe80::1"),
        (b"nonsense", "10.0.0.1"),
        (b"203.0.113.1, nonsense", "10.0.0.1"),
        (b"203.0.113.1, ", "10.0.0.1"),
        (b"", "10.0.0.1"),
        (b"\xff\x00", "10.0.0.1"),
        (b"'; DROP TABLE licenses --", "10.0.0.1"),
    ],
)
def test_what_a_trusted_proxy_says(x_forwarded_for: bytes, client: str) -> None:
    assert PROXIED.find("10.0.0.1", x_forwarded_for, None) == client


def test_the_peer_on_a_unix_socket_is_a_proxy() -> None:
    assert DIRECT.find(None, b"1.2.3.4, 203.0.113.1", None) == "203.0.113.1"
    assert DIRECT.find(None, None, None) is None


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (b"for=203.0.113.1", "203.0.113.1"),
        (b'For="[2001:db8::1]:4711";proto=https', "2001:db8::1"),
        (b"for=1.2.3.4, for=203.0.113.1;by=10.0.0.1", "203.0.113.1"),
        (b"proto=https;for=203.0.113.1", "203.0.113.1"),
        (b"for=_hidden", "10.0.0.1"),
        (b"for=unknown", "10.0.0.1"),
        (b"proto=https", "10.0.0.1"),
    ],
)
def test_the_standard_header(forwarded: bytes, client: str) -> None:
    assert PROXIED.find("10.0.0.1", None, forwarded) == client


def test_the_header_that_proxies_set_wins() -> None:
    assert PROXIED.find("10.0.0.1", b"203.0.113.1", b"for=203.0.113.2") == "203.0.113.1"


def test_limits_count_by_what_one_customer_has() -> None:
    assert network_of("203.0.113.1") == "203.0.113.1"
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of(None) == "unknown"
