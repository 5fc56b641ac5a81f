"""Clients that send heartbeats all the time, each on a connection that it keeps, and count what goes wrong."""

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

Connect = Callable[[], http.client.HTTPConnection]
_TIMEOUT_SECONDS = 20


@dataclass
class Beats:
    """`mended` are heartbeats that one immediate retry brought through, `failed` are those that it did not."""

    sent: int = 0
    mended: int = 0
    failed: list[str] = field(default_factory=list)
    tokens_seen: set[UUID] = field(default_factory=set)


def plainly(port: int) -> Connect:
    """To the license server itself."""
    return lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)


def through_proxy(name: str, port: int, context: ssl.SSLContext) -> Connect:
    """To a proxy that serves `name`, by TLS."""
    return lambda: http.client.HTTPSConnection(name, port, timeout=_TIMEOUT_SECONDS, context=context)


@contextmanager
def beating(connect: Connect, api_key: str, tokens: Sequence[UUID], host: str = "localhost") -> Iterator[Beats]:
    """One client for each token, at work as long as the block runs."""
    beats = Beats()
    stop = threading.Event()
    lock = threading.Lock()

    def beat(token: UUID) -> None:
        client = _Client(connect, api_key, host)
        while not stop.is_set():
            mended, failure = client.heartbeat(token)
            with lock:
                beats.sent += 1
                beats.mended += mended
                beats.tokens_seen.add(token)
                if failure is not None:
                    beats.failed.append(failure)
        client.close()

    threads = [threading.Thread(target=beat, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    try:
        yield beats
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class _Client:
    def __init__(self, connect: Connect, api_key: str, host: str) -> None:
        self._connect = connect
        self._headers = {"Host": host, "X-API-Key": api_key, "Content-Type": "application/json"}
        self._connection = connect()

    def heartbeat(self, token: UUID) -> tuple[bool, str | None]:
        """Whether a retry was needed, and what is wrong all the same."""
        try:
            return False, self._once(token)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = self._connect()
        try:
            return True, self._once(token)
        except (OSError, http.client.HTTPException) as error:
            return True, repr(error)

    def close(self) -> None:
        self._connection.close()

    def _once(self, token: UUID) -> str | None:
        body = json.dumps({"session_token": str(token)})
        self._connection.request("POST", "/api/v1/session/heartbeat", body, self._headers)
        response = self._connection.getresponse()
        answer = response.read()
        return None if response.status == 200 else f"{response.status} {answer!r}"
