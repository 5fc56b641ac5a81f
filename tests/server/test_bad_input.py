"""Bodies, methods and media types that are no good: the contract's error, never a 500, nothing written."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx2
import pytest

from leasehold.server.routes import ROUTES
from tests.deployment.proxied import parse, read_all
from tests.server.running import RunningServer

PATHS = [route.path for route in ROUTES]
HEARTBEAT = "/api/v1/session/heartbeat"
VALIDATE = "/api/v1/license/validate"

NO_JSON = [
    b"",
    b" ",
    b"{",
    b'{"license_key":}',
    b"{'license_key': 'x'}",
    b'{"license_key": "x",}',
    b'{"license_key": "x"} trailing',
    b'{"license_key": "x"}{"license_key": "x"}',
    b'\xef\xbb\xbf{"license_key": "x"}',
    b'{"license_key": "x"}'.decode().encode("utf-16"),
    b'{"license_key": "\xff"}',
    b'{"license_key": "x", "other": "\xff"}',
    b'{"license_key": "x", "other": "\xed\xa0\x80"}',
    b'{"license_key": "\\ud800"}',
    b'{"license_key": "\\udc00 \\ud800 x"}',
    b'{"license_key": "\\x41"}',
    b'{"license_key": "a\x00b"}',
    b'{"license_key": "a\nb"}',
    b'{"license_key": NaN}',
    b'{"license_key": Infinity}',
    b'{"license_key": 01}',
    b"\x00",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'{"license_key": "x", "other": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    b"<xml/>",
    b"license_key=x",
]
STRANGE_JSON = [
    b'{"license_key": "x", "license_key": "y"}',
    b'{"license_key": 1e400}',
    b'{"license_key": "x", "other": 1e400}',
    b'{"license_key": ' + b"9" * 5000 + b"}",
    b'{"license_key": "x", "other": ' + b"9" * 50_000 + b"}",
    b'{"license_key": "\\u0000"}',
    b'{"license_key": "\\ud83d\\ude00"}',
    b'{"license_key": "x", "\\u0000": "\\u0000"}',
    b'{"license_key": "x", "hardware_fingerprint": "' + b"\\u0000" * 16 + b'"}',
    b"[]",
    b"null",
    b"0",
    b'"license_key"',
    b'{"license_key": {"license_key": {"license_key": "x"}}}',
    b'{"": "", "license_key": "x"}',
]


@pytest.fixture
def client(server: RunningServer) -> Iterator[httpx2.Client]:
    with server.client(**{"Content-Type": "application/json"}) as client:
        yield client


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: repr(body[:30]))
def test_what_is_no_json(client: httpx2.Client, body: bytes) -> None:
    for path in (VALIDATE, HEARTBEAT):
        answer = client.post(path, content=body)
        told = {"code": answer.json()["code"], "status": answer.status_code}
        # A wrong type may be seen before the end of what is no JSON; both are errors of the caller.
        assert told in (
            {"code": "json_invalid", "status": 400},
            {"code": "request_invalid", "status": 422},
        )
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [*NO_JSON[:8], b'{"license_key": "\\ud800"}', b'{"license_key": "x", "other": "\xff"}']
)
def test_what_is_plainly_no_json_is_400(client: httpx2.Client, body: bytes) -> None:
    answer = client.post(VALIDATE, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "json_invalid")


@pytest.mark.parametrize("body", STRANGE_JSON, ids=lambda body: repr(body[:30]))
def test_what_is_strange_json(client: httpx2.Client, body: bytes) -> None:
    for path in PATHS:
        assert client.post(path, content=body).status_code in {200, 400, 404, 422}


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=latin-1", "json",
     "application/jsonx", "multipart/form-data; boundary=application/json"],
)  # fmt: skip
def test_a_wrong_media_type(client: httpx2.Client, media_type: str) -> None:
    answer = client.post(VALIDATE, content=b"{}", headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")


def test_a_missing_media_type(server: RunningServer) -> None:
    with server.client() as client:
        answer = client.post(VALIDATE, content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
)
def test_media_types_that_are_right(client: httpx2.Client, media_type: str) -> None:
    answer = client.post(VALIDATE, content=b'{"license_key": "x"}', headers={"Content-Type": media_type})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_a_wrong_method(client: httpx2.Client, path: str, method: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST, OPTIONS"
    if method != "HEAD":
        assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path", ["/api/v1/keys", "/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json"]
)
def test_a_wrong_method_on_what_is_only_read(client: httpx2.Client, path: str) -> None:
    answer = client.post(path, content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("path", [VALIDATE, "/api/v1/keys"])
def test_options(client: httpx2.Client, path: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "OPTIONS" in answer.headers["allow"]


def test_head_of_what_is_read(client: httpx2.Client) -> None:
    answer = client.head("/api/v1/keys")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v1/", VALIDATE + "/", "/api/v2/license/validate", "/%00"]
)
def test_a_path_that_is_none(client: httpx2.Client, path: str) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "path_not_found")
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_largest_body(client: httpx2.Client) -> None:
    body = b'{"license_key": "x", "padding": "%s"}'
    just_right = body % (b"p" * (64 * 1024 - len(body) + 2))
    assert len(just_right) == 64 * 1024
    assert client.post(VALIDATE, content=just_right).status_code == 200
    too_large = just_right[:-2] + b'p"}'
    answer = client.post(VALIDATE, content=too_large)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def in_pieces(count: int) -> Iterator[bytes]:
    yield b'{"license_key": "'
    for _ in range(count):
        yield b"x" * 1024
    yield b'"}'


def test_a_body_in_pieces_is_counted(client: httpx2.Client) -> None:
    assert client.post(VALIDATE, content=in_pieces(10)).status_code == 200
    for pieces in (64, 200):
        answer = client.post(VALIDATE, content=in_pieces(pieces))
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_huge_body_is_refused_by_its_length_alone(server: RunningServer) -> None:
    address = urlsplit(server.base_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    connection.putrequest("POST", VALIDATE)
    for name, value in (
        ("Content-Type", "application/json"), ("X-API-Key", server.api_key), ("Content-Length", str(1 << 30)),
    ):  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("connection")) == (413, "close")
    assert json.loads(answer.read())["code"] == "body_too_large"
    connection.close()


def test_an_endless_body_is_cut_off(server: RunningServer) -> None:
    address = urlsplit(server.base_url)
    sent = 0
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as connection:
        head = (
            f"POST {VALIDATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-API-Key: {server.api_key}\r\n"
        )
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            while sent < 256 * len(piece):
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
    assert sent < 256 * len(piece)


LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
LONG = b"x" * 9000


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (
            LIVE + b"X-Long: %s\r\n" % LONG * 4 + b"\r\n",
            431,
            "headers_too_large",
        ),
        (LIVE + b"A: b\r\n" * 20_000 + b"\r\n", 431, "headers_too_large"),
        (LIVE + b"X-Endless: " + b"x" * 2**25, 431, "headers_too_large"),
        (b"GET /health/live?%s HTTP/1.1\r\nHost: x\r\n\r\n" % LONG, 414, "address_too_long"),
        (b"GET /" + b"x" * 2**25, 414, "address_too_long"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "request_malformed"),
        (b"GET / HTTP/1.1\r\nHost x\r\n\r\n", 400, "request_malformed"),
    ],
)
def test_a_head_that_is_too_large_or_none_is_refused_and_the_connection_ends(
    server: RunningServer, head: bytes, status: int, code: str
) -> None:
    with connected(server) as connection:
        with suppress(OSError):  # cut off in the middle
            connection.sendall(head)
        answer = parse(read_all(connection))
    told = json.loads(answer.body)
    assert (answer.status, told["code"], answer.headers["connection"]) == (status, code, "close")
    assert told["request_id"] == answer.headers["x-request-id"]
    assert server.post("license/validate", {"license_key": "x"}).status_code == 200


@pytest.mark.slow
def test_slow_clients_hold_up_nobody_and_are_cut_off(server: RunningServer) -> None:
    begun = (
        f"POST {HEARTBEAT} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n"
        f"Content-Type: application/json\r\nX-API-Key: {server.api_key}\r\n"
    ).encode()
    with ExitStack() as slow:
        connections = [slow.enter_context(connected(server)) for _ in range(200)]
        for number, connection in enumerate(connections):
            connection.sendall((b"", begun + b"\r\n{", begun + b"X-Slow: ")[number % 3])
        assert server.post("license/validate", {"license_key": "x"}).status_code == 200
        assert {read_all(connection) for connection in connections} == {b""}  # and no timeout of ours before
    assert "Traceback" not in server.log.read_text()


def connected(server: RunningServer) -> socket.socket:
    address = urlsplit(server.base_url)
    return socket.create_connection((str(address.hostname), address.port or 0), timeout=30)


def test_a_client_that_goes_away_in_the_middle_harms_nobody(server: RunningServer) -> None:
    address = urlsplit(server.base_url)
    for _ in range(20):
        with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as connection:
            head = f"POST {VALIDATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}X-API-Key: {server.api_key}\r\nContent-Length: 1000\r\n\r\n{{".encode())
    assert server.post("license/validate", {"license_key": "x"}).status_code == 200
    assert "Traceback" not in server.log.read_text()
