"""How a request is read: as uvicorn reads it, within bounds of size and time until it is whole.

nginx keeps the same bounds where it stands in front (`deployment/templates/nginx.conf.j2`).
"""

import time
from collections.abc import Iterable
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from leasehold.deployment.refusals import ADDRESS_TOO_LONG, HEADERS_TOO_LARGE, MALFORMED, REQUEST_ID, Refusal
from leasehold.server.problems import MEDIA_TYPE
from leasehold.server.request_ids import RequestIds

LARGEST_HEAD: Final = 32 * 1024
LARGEST_ADDRESS: Final = 8 * 1024
PATIENCE_SECONDS: Final = 10.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection. What is no HTTP, or too large before its body begins, gets the contract's error and is closed."""

    url = b""
    _head_bytes = 0
    _in_head = True
    _waits_since: float | None

    def connection_made(self, transport: object) -> None:
        """Wait for the first request from now on."""
        self._waits_since = time.monotonic()
        super().connection_made(transport)  # type: ignore[arg-type]  # as asyncio hands it over

    def data_received(self, data: bytes) -> None:
        """Take in what came, as long as the head of the request may go on."""
        if self._waits_since is None:
            self._waits_since = time.monotonic()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """Another request begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole. What this raises has uvicorn send `send_400_response`."""
        if self._too_large() is not None:
            raise ValueError("the head of the request is too large")
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._head_bytes = 0
        self._waits_since = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's own words
        """Refuse what cannot be read, and close the connection."""
        refusal = self._too_large() or (HEADERS_TOO_LARGE if self._head_bytes > LARGEST_HEAD else MALFORMED)
        request_id = RequestIds().choose(None)
        body = refusal.document().replace(REQUEST_ID, request_id).encode()
        head = f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nx-request-id: {request_id}\r\n"
        self.transport.write(STATUS_LINE[refusal.status] + head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()

    def lose_patience(self, now: float) -> None:
        """Close the connection where a request does not become whole, or none comes at the beginning."""
        if self._waits_since is not None and now - self._waits_since > PATIENCE_SECONDS:
            self.transport.close()

    def _too_large(self) -> Refusal | None:
        """What is too large so far; looked into only where so much came that something can be."""
        if self._head_bytes <= LARGEST_ADDRESS:
            return None
        if len(self.url) > LARGEST_ADDRESS:
            return ADDRESS_TOO_LONG
        size = sum(len(name) + len(value) for name, value in self.headers or ())
        return HEADERS_TOO_LARGE if size > LARGEST_HEAD else None


def lose_patience(connections: Iterable[object]) -> None:
    """Close those of the connections on which a request has stopped in the middle."""
    now = time.monotonic()
    for connection in list(connections):
        if isinstance(connection, BoundedProtocol):
            connection.lose_patience(now)
