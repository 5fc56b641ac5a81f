"""Reading a request's body, with what must hold before it is looked at."""

import asyncio
import time

from starlette.types import Receive

from leasehold.server.codes import RequestCode
from leasehold.server.problems import Problem

LARGEST_BODY = 64 * 1024
# A sender that is cut off in the middle may never read the answer, so what is a little too large is read and dropped.
_DRAINED_BODY = 1024 * 1024
_DRAIN_SECONDS = 2.0
_CLOSE = ((b"connection", b"close"),)


class ClientGone(Exception):
    """The client went away before it had sent its request: there is nobody to answer."""


def check_media_type(content_type: bytes | None) -> None:
    """Raise `Problem` media_type_unsupported for all that is not JSON in UTF-8."""
    if content_type == b"application/json":
        return
    media_type, _, parameters = (content_type or b"").lower().partition(b";")
    charset = parameters.partition(b"charset=")[2].partition(b";")[0].strip(b" \"'")
    if media_type.strip() != b"application/json" or charset not in {b"", b"utf-8", b"utf8"}:
        raise Problem(RequestCode.MEDIA_TYPE_UNSUPPORTED)


async def read_body(receive: Receive, content_length: bytes | None) -> bytes:
    """The whole body. Raises `Problem` body_too_large, where the length is told without reading any of it."""
    if content_length is not None and (length := _length(content_length)) > LARGEST_BODY:
        raise Problem(RequestCode.BODY_TOO_LARGE, headers=_CLOSE if length > _DRAINED_BODY else ())
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return _checked(body)
    parts = [body]
    size = len(body)
    while message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise await _too_large(receive, size)
    return _checked(b"".join(parts))


def _checked(body: bytes) -> bytes:
    if len(body) > LARGEST_BODY:
        raise Problem(RequestCode.BODY_TOO_LARGE)
    return body


def _length(content_length: bytes) -> int:
    return int(content_length) if content_length.isdigit() else 0


async def _too_large(receive: Receive, size: int) -> Problem:
    """Drop the rest within bounds of size and time; where it does not end, the connection does."""
    deadline = time.monotonic() + _DRAIN_SECONDS
    try:
        while size <= _DRAINED_BODY:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await receive()
            size += len(message.get("body", b""))
            if not message.get("more_body", False):
                return Problem(RequestCode.BODY_TOO_LARGE)
    except TimeoutError:
        pass
    return Problem(RequestCode.BODY_TOO_LARGE, headers=_CLOSE)
