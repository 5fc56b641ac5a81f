"""Token buckets: what fails is limited by default, what succeeds only where an operator wants it."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from leasehold.licensing.vocabulary import Code
from leasehold.server.codes import RequestCode
from leasehold.server.problems import ProblemCode
from leasehold.server.server_settings import ServerSettings

_MOST_BUCKETS = 50_000


class TokenBuckets:
    """Buckets by name, of bounded number: the one that was used longest ago gives way, full again if it returns."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = _MOST_BUCKETS) -> None:
        self._now = now
        self._most = most
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, name: tuple[str, str], per_minute: int) -> int:
        """0 where the call may pass; else the whole seconds until the next one may. `per_minute` 0 is no limit."""
        if per_minute <= 0:
            return 0
        now = self._now()
        tokens, at = self._buckets.pop(name, (float(per_minute), now))
        tokens = min(float(per_minute), tokens + (now - at) * per_minute / 60)
        passes = tokens >= 1
        self._buckets[name] = (tokens - 1 if passes else tokens, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0 if passes else max(1, math.ceil((1 - tokens) * 60 / per_minute))

    def __len__(self) -> int:
        return len(self._buckets)


class Limits:
    """The limits on callers, as the settings in force say. Each process counts for itself."""

    def __init__(self, settings: Callable[[], ServerSettings], buckets: TokenBuckets) -> None:
        self._settings = settings
        self._buckets = buckets

    def refused(self, code: ProblemCode, network: str) -> int:
        """Count a refused call; 0, or the seconds to stay away where there were too many."""
        settings = self._settings()
        match code:
            case Code.LICENSE_NOT_FOUND:
                return self._buckets.take((code.value, network), settings.license_not_found_per_minute)
            case RequestCode.API_KEY_INVALID:
                return self._buckets.take((code.value, network), settings.api_key_invalid_per_minute)
            case RequestCode.UNAVAILABLE | RequestCode.INTERNAL_ERROR | RequestCode.RATE_LIMITED:
                return 0
            case _:
                return self._buckets.take(("refused", network), settings.refusals_per_minute)

    def before_call(self, key_name: str) -> int:
        """Count a call of an API key, before it is decided; 0, or the seconds to stay away."""
        per_minute = self._settings().successes_per_key_per_minute
        return self._buckets.take(("key", key_name), per_minute) if per_minute else 0

    def before_heartbeat(self, session_token: str) -> int:
        """The same for a session's heartbeat."""
        per_minute = self._settings().heartbeats_per_session_per_minute
        return self._buckets.take(("session", session_token), per_minute) if per_minute else 0
