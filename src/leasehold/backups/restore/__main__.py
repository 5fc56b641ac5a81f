"""`python -m leasehold.backups.restore NAME ACTOR`: a restore as the panel starts it."""

import logging
import sys

from leasehold.backups.errors import BackupError, ExitStatus
from leasehold.backups.guard import BackupGuard
from leasehold.backups.restore.restoring import restore
from leasehold.backups.restore.sources import fetch_backup
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.logging import configure_logging

_log = logging.getLogger("leasehold.backups.restore")


def main(name: str, actor: str) -> int:
    """Restore the backup called `name` in the name of `actor`; the exit status of the process."""
    configure_logging("restore")
    try:
        configuration = load_configuration()
        guard = BackupGuard(configuration, by=Actor(actor))
        restore(configuration, name, actor=actor, say=_log.info, source=fetch_backup, guard=guard)
    except BackupError as error:
        _log.error("%s", error.detail)  # a refusal, no defect
        return error.status
    except ConfigurationError as error:
        _log.error("%s", error)
        return ExitStatus.FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
