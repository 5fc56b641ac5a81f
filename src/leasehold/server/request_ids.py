"""The id that every response carries: the caller's own where it is well-formed, else one of ours."""

import itertools
import secrets

from leasehold.kit.actor import is_request_id


class RequestIds:
    """Ids that no other process and no earlier start has given: a random prefix and a counter."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(8)
        self._counter = itertools.count(1)

    def choose(self, wanted: bytes | None) -> str:
        """`wanted` (the header X-Request-ID) where it may stand, else a new id."""
        if wanted is not None and is_request_id(wanted):
            return wanted.decode()
        return f"{self._prefix}-{next(self._counter):x}"
