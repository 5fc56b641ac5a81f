"""A look at the database that many callers share: in a thread, no longer than they can wait, believed for a while."""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")

_LONGEST_LOOK_SECONDS = 2.0


class SharedLook(Generic[Found]):
    """`look` raises nothing; `otherwise` is the answer where it takes longer than two seconds."""

    def __init__(self, look: Callable[[], Found], *, otherwise: Found, believed_seconds: float) -> None:
        self._look = look
        self._otherwise = otherwise
        self._believed_seconds = believed_seconds
        self._found = otherwise
        self._found_at = float("-inf")
        self._looking: asyncio.Task[Found] | None = None

    async def find(self) -> Found:
        """What was found `believed_seconds` ago or later; callers that come together share one look."""
        if time.monotonic() - self._found_at < self._believed_seconds:
            return self._found
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self._look))
        done, _ = await asyncio.wait({self._looking}, timeout=_LONGEST_LOOK_SECONDS)
        self._found = self._looking.result() if done else self._otherwise
        self._found_at = time.monotonic()
        return self._found
