"""The guard that stands before every change; until the first backup engine there is nothing it could make."""

import logging

_log = logging.getLogger(__name__)


class NoBackupsYet:
    """Says that no backups exist yet, and lets every change through."""

    def before_change(self, reason: str) -> None:
        """Log one line for `reason` and return."""
        _log.warning("no backup was made before %s: this release makes no backups yet", reason)
