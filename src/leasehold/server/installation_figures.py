"""What a scrape tells of the whole installation: read at most every five seconds, however many ask."""

import logging
from collections.abc import Sequence
from pathlib import Path

import psycopg

from leasehold.kit.database import Database
from leasehold.monitoring import registry
from leasehold.monitoring.archive import ArchiveReadings
from leasehold.monitoring.metric import Reading
from leasehold.monitoring.readings import read_installation
from leasehold.server.shared_look import SharedLook

_log = logging.getLogger(__name__)

_BELIEVED_SECONDS = 5.0
_LIMITS = {"statement_timeout": "1500"}
_AWAY = (Reading(registry.DATABASE_UP, 0),)


class InstallationFigures:
    """Reads on a connection of its own, that is opened for each look."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self._archive = ArchiveReadings(data_dir)
        self._shared: SharedLook[Sequence[Reading]] = SharedLook(
            self._look, otherwise=_AWAY, believed_seconds=_BELIEVED_SECONDS
        )

    async def find(self) -> Sequence[Reading]:
        """The figures of five seconds ago or newer; that the database is away is one of them."""
        return await self._shared.find()

    def _look(self) -> Sequence[Reading]:
        archive = self._archive.read()
        try:
            with self._database.connect(
                application="metrics", autocommit=True, lock_timeout_ms=1000, settings=_LIMITS
            ) as connection:
                return [Reading(registry.DATABASE_UP, 1), *read_installation(connection), *archive]
        except psycopg.Error as error:
            _log.info("the figures of the installation cannot be read: %s", error)
            return [*_AWAY, *archive]
