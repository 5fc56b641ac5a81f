"""Answers to heartbeats that nobody wants signed: most of all answers, and the same for a whole batch."""

from datetime import datetime

import msgspec
from msgspec import UNSET

from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.state import ServiceTime
from leasehold.server.answers import heartbeat_answer

_encode = msgspec.json.Encoder().encode


class PlainHeartbeats:
    """The answers to the heartbeats of one batch: what is the same for all of them is written once."""

    def __init__(self) -> None:
        self._time: ServiceTime | None = None
        self._bodies: dict[tuple[datetime | None, int], bytes] = {}

    def body(self, outcome: Outcome, interval: int) -> bytes:
        """The body for an outcome without license and proof; `interval` is when the next heartbeat is due."""
        if outcome.time is not self._time:
            self._time, self._bodies = outcome.time, {}
        key = (outcome.valid_until, interval)
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = _encode(heartbeat_answer(outcome, interval, UNSET))
        return body
