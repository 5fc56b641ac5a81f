"""When an API key was last used: written in batches, at most every five minutes for each key."""

import asyncio
import time

import psycopg

from leasehold.kit.database import Database

_WRITTEN_EVERY_SECONDS = 300.0
# Whoever comes second finds the row locked or fresh, and leaves it.
_WRITE = """
UPDATE api_keys SET last_used_at = clock_timestamp()
 WHERE id IN (SELECT id FROM api_keys
               WHERE id = ANY(%s) AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '5 minutes')
               ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
"""


class KeyUse:
    """Remembers which keys were used and writes it when it is due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: set[int] = set()
        self._written: dict[int, float] = {}

    def note(self, key_id: int) -> None:
        """The key was used now."""
        self._used.add(key_id)

    async def write(self) -> None:
        """Write what is due; while the database is away it is kept for the next time."""
        now = time.monotonic()
        due = [
            key for key in self._used if now - self._written.get(key, -_WRITTEN_EVERY_SECONDS) >= _WRITTEN_EVERY_SECONDS
        ]
        if not due:
            return
        try:
            await asyncio.to_thread(self._execute, due)
        except psycopg.Error:
            return
        self._used.difference_update(due)
        self._written.update(dict.fromkeys(due, now))

    def _execute(self, due: list[int]) -> None:
        with self._database.connect(application="key use", autocommit=True, lock_timeout_ms=500) as connection:
            connection.execute(_WRITE, (due,))
