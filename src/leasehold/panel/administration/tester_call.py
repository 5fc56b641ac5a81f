"""Ask our own license server over HTTP, as the vendor's software would: its address is never the reader's to choose."""

import http.client
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leasehold.kit.configuration import Configuration
from leasehold.kit.run_dir import SERVER_SOCKET, run_dir

VALIDATE_PATH = "/api/v1/license/validate"
_SECONDS = 5.0
_LARGEST_ANSWER = 256 * 2**10
_SHOWN_HEADERS = ("content-type", "x-request-id", "retry-after", "date", "server", "location")
_WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # only read, never bound


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `body` is pretty-printed where it is JSON, `code` the word that it says in one place."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    code: str | None
    milliseconds: int


class ServerSilent(Exception):
    """There is no answer; the message is the reason as the operating system says it."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(self._path)


def ask_validate(configuration: Configuration, request: Mapping[str, str], api_key: str) -> Reply:
    """The license server's answer to a validate request; redirects are shown, not followed.

    By its TCP address, or, where nothing listens there, by its unix socket. Raises `ServerSilent`.
    """
    began = time.monotonic()
    body = msgspec.json.encode(dict(request))
    headers = {"Content-Type": "application/json", "X-API-Key": api_key}
    last = "nothing was tried"
    for connection in _ways(configuration):
        try:
            connection.request("POST", VALIDATE_PATH, body, headers)
            return _reply(connection.getresponse(), began)
        except (OSError, http.client.HTTPException) as error:
            last = str(error) or type(error).__name__
        finally:
            connection.close()
    raise ServerSilent(last)


def _ways(configuration: Configuration) -> list[http.client.HTTPConnection]:
    host = _WILDCARDS.get(configuration.host, configuration.host)
    ways = [http.client.HTTPConnection(host, configuration.server_port, timeout=_SECONDS)]
    path = run_dir(configuration.data_dir) / SERVER_SOCKET
    return [*ways, _UnixConnection(path)] if path.is_socket() else ways


def _reply(answer: http.client.HTTPResponse, began: float) -> Reply:
    raw = answer.read(_LARGEST_ANSWER)
    milliseconds = round((time.monotonic() - began) * 1000)
    headers = tuple((name, value) for name, value in answer.getheaders() if name.lower() in _SHOWN_HEADERS)
    try:
        decoded = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return Reply(answer.status, headers, raw.decode(errors="replace"), None, milliseconds)
    code = decoded.get("code") if isinstance(decoded, dict) else None
    shown = msgspec.json.format(raw, indent=2).decode()
    return Reply(answer.status, headers, shown, code if isinstance(code, str) else None, milliseconds)
