"""Starts backups in a process of their own, so that no other job waits for one."""

import subprocess

from leasehold.backups.due import anything_due
from leasehold.backups.places import Places
from leasehold.embedded.program import leasehold_command
from leasehold.worker.job import JobContext


def start_due_backup(context: JobContext) -> int:
    """Start what makes the day's backup and pushes what is missing, where there is something to do; returns 1 then.

    It outlives the worker; that only one of them works is seen to by the backups themselves.
    """
    if not anything_due(context.connection, Places(context.data_dir)):
        return 0
    subprocess.Popen(leasehold_command("backup", "ensure-daily"), stdin=subprocess.DEVNULL, start_new_session=True)
    return 1
