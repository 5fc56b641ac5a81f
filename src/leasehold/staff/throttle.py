"""How often somebody may guess: every attempt counts first, and is taken back where it was right."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

ACCOUNT_FREE = 5
ADDRESS_FREE = 50
_HIGHEST_OVER_FREE = 11  # 2^10 s is more than the longest delay: what counts further would only take longer to forget

_COUNT = text("""
INSERT INTO sign_in_throttles AS t (key, failures, failed_at, blocked_until)
VALUES (:key, 1, clock_timestamp(), clock_timestamp() + sign_in_delay(1, :free))
ON CONFLICT (key) DO UPDATE
   SET failures = least(sign_in_failures_left(t.failures, t.failed_at, clock_timestamp()) + 1, :most),
       failed_at = clock_timestamp(),
       blocked_until = clock_timestamp()
           + sign_in_delay(sign_in_failures_left(t.failures, t.failed_at, clock_timestamp()) + 1, :free)
 WHERE t.blocked_until <= clock_timestamp()
RETURNING blocked_until, failures = :free AS begins
""")
_WAIT = text("""
SELECT extract(epoch FROM blocked_until - clock_timestamp())::float FROM sign_in_throttles WHERE key = :key
""")
# The delay is lifted only where it is the one that this very attempt brought.
_TAKE_BACK = text("""
UPDATE sign_in_throttles
   SET failures = greatest(failures - 1, 0),
       blocked_until = CASE WHEN blocked_until = :blocked_until THEN clock_timestamp() ELSE blocked_until END
 WHERE key = :key
""")
_FORGET = text("DELETE FROM sign_in_throttles WHERE key = :key")
_FORGET_OLD = text("DELETE FROM sign_in_throttles WHERE failed_at < clock_timestamp() - interval '1 day'")


@dataclass(frozen=True, slots=True)
class Counter:
    """What attempts are counted by, of which `kind`; `free` of them are without delay."""

    key: bytes
    free: int
    kind: str = ""

    @property
    def most(self) -> int:
        """The highest count that is kept."""
        return self.free + _HIGHEST_OVER_FREE


@dataclass(frozen=True, slots=True)
class Admitted:
    """The attempt may be made; it counts as failed until it is taken back.

    Where it fails, the delays by `begun` begin with it: it was the last that was free.
    """

    blocked_until: tuple[tuple[Counter, datetime], ...]
    begun: tuple[Counter, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The attempt may not be made yet."""

    seconds: int


def account_counter(email: str) -> Counter:
    """Everybody's attempts at an account, whether there is one or not."""
    return _counter("account", email.strip().lower(), ACCOUNT_FREE)


def device_counter(device: str, member_id: int) -> Counter:
    """Attempts at an account from one browser that has got into it before."""
    return _counter("device", f"{device}/{member_id}", ACCOUNT_FREE)


def address_counter(network: str) -> Counter:
    """All attempts from one address or network."""
    return _counter("address", network, ADDRESS_FREE)


def admit(session: Session, counters: Sequence[Counter]) -> Admitted | Refused:
    """Count an attempt by each of the counters, in their order, up to the first that refuses.

    To be committed before the attempt is looked at. Give the address first: all must ask in one order.
    """
    counted: list[tuple[Counter, datetime]] = []
    begun: list[Counter] = []
    for counter in counters:
        values = {"key": counter.key, "free": counter.free, "most": counter.most}
        count = session.execute(_COUNT, values).first()
        if count is None:
            seconds = session.scalar(_WAIT, {"key": counter.key}) or 0.0
            return Refused(max(1, math.ceil(seconds)))
        counted.append((counter, count.blocked_until))
        if count.begins:
            begun.append(counter)
    return Admitted(tuple(counted), tuple(begun))


def take_back(session: Session, admitted: Admitted) -> None:
    """The attempt was right: it does not count."""
    for counter, blocked_until in admitted.blocked_until:
        session.execute(_TAKE_BACK, {"key": counter.key, "blocked_until": blocked_until})


def forgive(session: Session, counter: Counter) -> None:
    """Somebody got in for good: what failed before is forgotten, and so is everything old."""
    session.execute(_FORGET, {"key": counter.key})
    session.execute(_FORGET_OLD)


def _counter(kind: str, name: str, free: int) -> Counter:
    return Counter(hashlib.sha256(f"{kind}:{name}".encode()).digest(), free, kind)
