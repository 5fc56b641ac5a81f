"""What clients and people meet at nginx, with the real programs behind it."""

import json
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from leasehold.deployment.refusals import API_REFUSALS
from leasehold.server.problems import PROBLEMS
from tests.deployment.proxied import API, PANEL, Proxied, Reply, parse, read_all, trusting, wait_until

KEY_IN_HAND = b'{"license_key": "7ZQ4M-1K8VX-N2C5T-HWD93-PRB6E"}'
SECRETS = ("7ZQ4M-1K8VX-N2C5T-HWD93-PRB6E", "9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a", "one-time-token-of-setup")


def problem(reply: Reply) -> dict[str, Any]:
    """The document, which must be one of RFC 9457 with the id that stands in the header too."""
    assert reply.headers["content-type"] == "application/problem+json", reply
    told: dict[str, Any] = json.loads(reply.body)
    assert told["status"] == reply.status
    assert told["request_id"] == reply.headers["x-request-id"]
    assert told["detail"].endswith(".")
    return told


def test_the_license_server_answers_by_its_name(site: Proxied) -> None:
    reply = site.call("license/validate", KEY_IN_HAND)
    assert (reply.status, json.loads(reply.body)["code"]) == (200, "license_not_found")


def test_the_panel_answers_by_its_name(site: Proxied) -> None:
    reply = site.ask("/sign-in", name=PANEL)
    assert reply.status == 200
    assert b"Leasehold" in reply.body
    assert "Secure" in reply.headers["set-cookie"]
    assert b"For trials only" in reply.body


def test_the_command_finds_all_well_but_the_certificate(site: Proxied) -> None:
    tested = site.nginx_verb("test", "--self-signed", "--json")
    findings = {finding["check"]: finding["ok"] for finding in json.loads(tested.stdout)["findings"]}
    assert findings == {
        "certificate": False, "license server": True, "panel": True, "redirect": True, "unknown names": True,
    }  # fmt: skip


def test_both_sites_are_served_in_http_2(site: Proxied) -> None:
    for name in (API, PANEL):
        context = trusting()
        context.set_alpn_protocols(["h2", "http/1.1"])
        plain = socket.create_connection(("127.0.0.1", site.https_port))
        with context.wrap_socket(plain, server_hostname=name) as connection:
            assert connection.selected_alpn_protocol() == "h2"


def test_a_request_id_goes_through_and_comes_back(site: Proxied) -> None:
    assert site.ask("/health/live", headers={"X-Request-ID": "mine-17"}).headers["x-request-id"] == "mine-17"
    refused = site.ask("/health/live", headers={"X-Request-ID": "mine-18", "Host": "x.example.com"})
    assert problem(refused)["request_id"] == "mine-18"
    ours = site.ask("/health/live", headers={"X-Request-ID": "not/well/formed"}).headers["x-request-id"]
    wait_until(lambda: f'"request_id":"{ours}"' in site.logs(), "the same id stands in nginx's log")


@pytest.mark.parametrize("name", [API, PANEL])
def test_plain_http_leads_to_https(site: Proxied, name: str) -> None:
    reply = site.ask("/x?y=z", name=name, tls=False)
    assert (reply.status, reply.headers["location"]) == (308, f"https://{name}:{site.https_port}/x?y=z")


def test_a_call_without_tls_is_refused_so_that_its_key_is_replaced(site: Proxied) -> None:
    reply = site.ask("/api/v1/session/heartbeat", method="POST", body=b"{}", tls=False)
    assert problem(reply)["code"] == "tls_required"


def test_http_on_the_tls_port_is_told_so(site: Proxied) -> None:
    plain = Proxied(site.directory, site.https_port, site.https_port, site.environment)
    assert problem(plain.ask("/health/live", tls=False))["code"] == "tls_required"
    assert "https://" in plain.ask("/", name=PANEL, tls=False).body.decode()


def test_an_unknown_name_gets_no_certificate_and_no_site(site: Proxied) -> None:
    for name in ("other.example.com", None):
        with pytest.raises(ssl.SSLError):
            site.connection(name=name)
    assert problem(site.ask("/health/live", headers={"Host": "other.example.com"}))["code"] == "host_unknown"
    assert problem(site.ask("/", name="other.example.com", tls=False))["code"] == "host_unknown"


def test_hsts_is_not_said_with_a_certificate_that_browsers_refuse(site: Proxied) -> None:
    for name, path in ((API, "/health/live"), (PANEL, "/sign-in")):
        assert site.ask(path, name=name).headers["strict-transport-security"] == "max-age=0"


def test_no_header_says_what_software_answers(site: Proxied) -> None:
    for name, path in ((API, "/health/live"), (API, "/nothing"), (PANEL, "/sign-in")):
        assert site.ask(path, name=name).headers.get("server", "nginx") == "nginx"


def test_a_body_over_the_limit_is_refused_as_the_server_itself_refuses_it(site: Proxied) -> None:
    fits = site.call("license/validate", b'{"license_key": "' + b"x" * (65536 - 19) + b'"}')
    assert json.loads(fits.body)["code"] == "license_not_found"
    assert problem(site.call("license/validate", b" " * 65537))["code"] == "body_too_large"
    assert b"4 MB" in site.ask("/sign-in", name=PANEL, method="POST", headers={"Content-Length": "5000000"}).body


def test_headers_and_addresses_over_the_limit_are_refused_with_a_sentence(site: Proxied) -> None:
    assert problem(site.ask("/health/live", headers={"X-Long": "x" * 9000}))["code"] == "headers_too_large"
    assert problem(site.ask("/health/live?" + "x" * 9000))["code"] == "address_too_long"
    assert problem(site.ask("/health/live", method="TRACE"))["code"] == "method_not_allowed"
    assert problem(parse(site.raw(b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n")))["code"] == "request_malformed"
    assert site.ask("/x", name=PANEL, headers={"X-Long": "x" * 9000}).status == 431


def test_nobody_can_ask_for_an_error_page(site: Proxied) -> None:
    assert problem(site.ask("/.leasehold/unavailable"))["code"] == "path_not_found"


def test_a_spoofed_address_is_not_believed(site: Proxied) -> None:
    spoofed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.10", "X-Real-IP": "203.0.113.11"}
    site.ask("/sign-in", name=PANEL, headers=spoofed)
    statuses = [site.call("license/validate", KEY_IN_HAND, **{"X-API-Key": "wrong", **spoofed,
                "X-Forwarded-For": f"203.0.113.{number}"}).status for number in range(30)]  # fmt: skip
    assert 429 in statuses, "the limit on an address counts the connection's address, whatever the client says"
    assert "203.0.113." not in site.logs()


def test_no_key_or_token_stands_in_any_log(site: Proxied) -> None:
    key, token, link = SECRETS
    site.call("license/validate", KEY_IN_HAND, Referer=f"https://{API}/{key}")
    site.ask(f"/api/v1/license/{key}?session_token={token}", headers={"X-Token": token})
    site.ask(f"/{key}", headers={"Host": f"{key}.example.com"})
    site.ask(f"/setup/{link}?key={key}", name=PANEL, headers={"Cookie": f"x={token}", "Referer": f"/{token}"})
    site.ask(f"/licenses/{key}", name=PANEL)
    site.ask(f"/{token}", name=PANEL, method="POST", headers={"Content-Length": "5000000"})
    site.raw(f"{key} /{token} HTTP/1.1\r\nHost: {API}\r\n\r\n".encode())
    written = site.logs()
    assert '"path":"/licenses"' in written
    assert '"path":"/api/v1/license/validate"' in written
    for secret in (*SECRETS, site.api_key):
        assert secret not in written
        assert secret.lower() not in written


def test_slow_clients_hold_up_nobody(site: Proxied) -> None:
    """Slow ones of every kind wait for nginx's patience to end, while others are served."""
    slow = [site.connection() for _ in range(200)]
    for number, connection in enumerate(slow):
        begun = b"POST /api/v1/session/heartbeat HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 60000\r\n"
        connection.sendall(begun + (b"\r\n{" if number % 2 else b"X-Slow: "))
    assert site.call("license/validate", KEY_IN_HAND).status == 200
    assert site.ask("/sign-in", name=PANEL).status == 200
    for connection in slow:
        connection.close()


def test_requests_at_work_are_finished_while_nginx_takes_over_another_site(site: Proxied) -> None:
    body = KEY_IN_HAND
    head = (
        f"POST /api/v1/license/validate HTTP/1.1\r\nHost: {API}\r\nX-API-Key: {site.api_key}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with site.connection() as connection:
        connection.sendall(head.encode() + body[:5])
        assert site.install("--self-signed", "--keep-default-server").returncode == 0
        assert site.install("--self-signed").returncode == 0
        connection.sendall(body[5:])
        assert parse(read_all(connection)).status == 200


def test_one_address_cannot_occupy_the_panel(site: Proxied) -> None:
    occupying: list[socket.socket] = []

    def is_turned_away() -> bool:
        for connection in occupying:
            connection.sendall(b"x")  # slow, but not so slow that nginx would lose its patience
        return site.ask("/sign-in", name=PANEL).status == 503

    for _ in range(64):
        occupying.append(site.connection(name=PANEL))
        occupying[-1].sendall(f"POST /sign-out HTTP/1.1\r\nHost: {PANEL}\r\nContent-Length: 9999\r\n\r\n".encode())
        if len(occupying) % 8 == 0:
            assert is_turned_away() is (len(occupying) == 64)
    assert site.ask("/health/live").status == 200
    for connection in occupying:
        connection.close()
    wait_until(lambda: site.ask("/sign-in", name=PANEL).status == 200, "the panel answers again")


def test_sign_ins_from_one_address_are_slowed_down_and_nothing_else_is(site: Proxied) -> None:
    statuses = [site.ask("/sign-in", name=PANEL, method="POST").status for _ in range(30)]
    assert statuses[-1] == 429
    assert "warten Sie eine Minute" in site.ask("/sign-in", name=PANEL, method="POST").body.decode()
    assert site.ask("/sign-in", name=PANEL).status == 200


@pytest.mark.slow
def test_a_client_that_stops_in_the_middle_is_cut_off(site: Proxied) -> None:
    begun = b"POST /api/v1/session/heartbeat HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 9\r\n\r\n{"
    with site.connection() as connection:
        connection.sendall(begun)
        assert read_all(connection) == b""  # and no timeout of our own before


def test_what_nginx_says_is_what_the_server_says() -> None:
    ours = {refusal.code: (refusal.status, refusal.title, refusal.detail) for refusal in API_REFUSALS}
    theirs = {code.value: (kind.status, kind.title, kind.detail) for code, kind in PROBLEMS.items()}
    shared = ours.keys() & theirs.keys()
    assert shared == {"path_not_found", "method_not_allowed", "body_too_large", "unavailable"}
    assert {code: ours[code] for code in shared} == {code: theirs[code] for code in shared}
    contract = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    assert [code for code in ours if f"`{code}`" not in contract] == []
