"""The figures of the archive, by the catalogue: a file that is there on the machine that makes the backups alone."""

import logging
from pathlib import Path

from leasehold.backups.archive.growth import Growth, growth_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.errors import BackupError
from leasehold.backups.places import Places
from leasehold.monitoring import registry
from leasehold.monitoring.metric import Reading

_log = logging.getLogger(__name__)


class ArchiveReadings:
    """Reads the catalogue when it has changed. For one caller at a time."""

    def __init__(self, data_dir: Path) -> None:
        self._places = Places(data_dir)
        self._seen: tuple[int, int] | None = None
        self._readings: list[Reading] = []

    def read(self) -> list[Reading]:
        """The archive as the catalogue tells of it; nothing where there is none, or it is not what was written."""
        try:
            status = self._places.catalog.stat()
        except OSError:
            return []
        if self._seen != (status.st_mtime_ns, status.st_size):
            self._seen = (status.st_mtime_ns, status.st_size)
            self._readings = self._read_anew()
        return self._readings

    def _read_anew(self) -> list[Reading]:
        try:
            growth = growth_of(Catalog(self._places).events())
        except (BackupError, OSError) as error:
            _log.warning("the catalogue of the backups cannot be read: %s", error)
            return []
        return _readings(growth) if growth is not None else []


def _readings(growth: Growth) -> list[Reading]:
    readings = [
        Reading(registry.ARCHIVE_BYTES, growth.stored),
        Reading(registry.ARCHIVE_VOLUME_BYTES, growth.in_volume),
    ]
    if growth.days_left is not None:
        readings.append(Reading(registry.ARCHIVE_DAYS_LEFT, growth.days_left))
    return readings
