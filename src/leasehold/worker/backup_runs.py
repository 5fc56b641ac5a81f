"""Starts backups in a process of their own, so that no other job waits for one."""

import os

from leasehold.backups.detached import start_detached
from leasehold.backups.due import anything_due
from leasehold.backups.places import Places
from leasehold.embedded.log_files import open_log
from leasehold.embedded.program import leasehold_command
from leasehold.worker.job import JobContext

_LOG_NAME = "backups"


def start_due_backup(context: JobContext) -> int:
    """Start what makes the day's backup and pushes what is missing, where there is something to do; returns 1 then.

    It outlives the worker, writes to a log of its own, and is not started while an earlier one still runs.
    """
    if not anything_due(context.connection, Places(context.data_dir)):
        return 0
    log = open_log(context.data_dir, _LOG_NAME)
    try:
        start_detached(leasehold_command("backup", "ensure-daily"), {}, log)
    except BlockingIOError:
        return 0
    finally:
        os.close(log)
    return 1
