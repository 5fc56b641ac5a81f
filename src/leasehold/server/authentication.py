"""Who calls: the header X-API-Key against the keys that are in force.

All keys in force are held in memory (there are few), read again when the epoch in `runtime` has moved. What is held
is believed for at most a second after it was last known to be true, so that a revoked key stops working everywhere
within that time.
"""

import asyncio
import hmac
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from leasehold.api_keys.key_format import digest, is_well_formed
from leasehold.kit.database import Connection, Database
from leasehold.server.codes import RequestCode
from leasehold.server.problems import Problem, unavailable
from leasehold.server.pulse import RuntimeSnapshot

_log = logging.getLogger(__name__)

BELIEVED_SECONDS = 0.9
_READ_SECONDS = 1.5
_PAUSE_SECONDS = 0.1
_CHALLENGE = ((b"www-authenticate", b'ApiKey realm="leasehold", header="X-API-Key"'),)
# One statement, so that the epoch belongs to the very keys that are read.
_READ_KEYS = """
SELECT r.api_key_epoch, clock_timestamp(), k.id, k.name, k.digest, k.scopes, k.expires_at
  FROM runtime AS r LEFT JOIN api_keys AS k
    ON k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
"""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key in force; `actor` is its name in the audit log, `expires_at` is in seconds since 1970."""

    id: int
    digest: bytes
    actor: str
    scopes: frozenset[str]
    expires_at: float


@dataclass(frozen=True, slots=True)
class _KeysInForce:
    """What was read, when (of time.monotonic()), and how far the database's clock is ahead of ours."""

    epoch: int = -1
    read_at: float = float("-inf")
    clock_ahead: float = 0.0
    by_digest: Mapping[bytes, KnownKey] = field(default_factory=dict)


class Authentication:
    """Answers which key a caller has, from memory as long as that may be believed."""

    def __init__(self, database: Database, runtime: Callable[[], RuntimeSnapshot | None]) -> None:
        self._database = database
        self._runtime = runtime
        self._keys = _KeysInForce()
        self._reading: asyncio.Task[bool] | None = None

    def believed(self, header: bytes | None, scope: str) -> KnownKey | None:
        """The key in `header` where that is certain from memory; None where `identify` must say."""
        if not header or not self._is_believed():
            return None
        wanted = digest(header.decode("latin-1"))
        key = self._keys.by_digest.get(wanted)
        if key is None or not hmac.compare_digest(key.digest, wanted) or scope not in key.scopes:
            return None
        return key if self._now() < key.expires_at else None

    async def identify(self, header: bytes | None, scope: str) -> KnownKey:
        """The key in `header`. Raises `Problem`: api_key_missing, api_key_invalid, scope_missing, unavailable."""
        if not header:
            raise Problem(RequestCode.API_KEY_MISSING, headers=_CHALLENGE)
        text = header.decode("latin-1")
        wanted = digest(text)
        if wanted not in self._keys.by_digest and not is_well_formed(text):
            raise Problem(
                RequestCode.API_KEY_INVALID,
                detail="The API key is mistyped or cut off: send it exactly as it was issued.",
                headers=_CHALLENGE,
            )
        if wanted not in self._keys.by_digest or not self._is_believed():
            await self._read_after(time.monotonic())  # a key that is unknown may have been made just now
        key = self.believed(header, scope)
        if key is not None:
            return key
        known = self._keys.by_digest.get(wanted)
        if known is None or self._now() >= known.expires_at:
            raise Problem(RequestCode.API_KEY_INVALID, headers=_CHALLENGE)
        if scope not in known.scopes:
            detail = f"The API key is valid, but not for this endpoint: ask the operator for one of scope {scope}."
            raise Problem(RequestCode.SCOPE_MISSING, detail=detail)
        raise unavailable()  # the epoch has moved again since the keys were read

    def _is_believed(self) -> bool:
        moment = time.monotonic() - BELIEVED_SECONDS
        if self._keys.read_at > moment:
            snapshot = self._runtime()
            return snapshot is None or snapshot.api_key_epoch <= self._keys.epoch
        snapshot = self._runtime()
        return snapshot is not None and snapshot.read_at > moment and snapshot.api_key_epoch <= self._keys.epoch

    def _now(self) -> float:
        return time.time() + self._keys.clock_ahead

    async def _read_after(self, moment: float) -> None:
        """Have the keys as they were at `moment` or later; callers share a reading. Raises `Problem` unavailable."""
        while self._keys.read_at < moment:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.create_task(self._read_in_turn())
            reading = self._reading
            done, _ = await asyncio.wait({reading}, timeout=_READ_SECONDS)
            if not done or not reading.result():
                raise unavailable()

    async def _read_in_turn(self) -> bool:
        """Read, but not so soon after the last time that calls with made-up keys could keep the database busy."""
        await asyncio.sleep(max(0.0, self._keys.read_at + _PAUSE_SECONDS - time.monotonic()))
        return await asyncio.to_thread(self._read)

    def _read(self) -> bool:
        began = time.monotonic()
        try:
            with self._database.connect(application="api keys", autocommit=True) as connection:
                self._keys = _read_keys(connection, began)
        except psycopg.Error as error:
            _log.debug("the API keys could not be read: %s", error)
            return False
        return True


def _read_keys(connection: Connection, began: float) -> _KeysInForce:
    rows = connection.execute(_READ_KEYS).fetchall()
    if not rows:
        raise psycopg.DataError("table runtime has no row: the schema is damaged")
    epoch, now = int(str(rows[0][0])), rows[0][1]
    ahead = now.timestamp() - datetime.now(UTC).timestamp() if isinstance(now, datetime) else 0.0
    known = [_known_key(row) for row in rows if row[2] is not None]
    return _KeysInForce(epoch, began, ahead, {key.digest: key for key in known})


def _known_key(row: tuple[object, ...]) -> KnownKey:
    _, _, key_id, name, key_digest, scopes, expires_at = row
    return KnownKey(
        id=int(str(key_id)),
        digest=key_digest if isinstance(key_digest, bytes) else b"",
        actor=f"api-key:{name}",
        scopes=frozenset(scopes if isinstance(scopes, list) else ()),
        expires_at=expires_at.timestamp() if isinstance(expires_at, datetime) else float("inf"),
    )
