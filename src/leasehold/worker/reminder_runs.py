"""Sends reminders in a process of its own, so that no other job waits for a mail server."""

import os

from leasehold.backups.detached import start_detached
from leasehold.embedded.log_files import open_log
from leasehold.embedded.program import leasehold_command
from leasehold.kit.configuration import load_configuration
from leasehold.reminders.mail_settings import missing_for_mails
from leasehold.worker.job import JobContext

_LOG_NAME = "reminders"


def start_reminders(context: JobContext) -> int:
    """Start what sends the reminders that are due, unless mails are not configured; returns 1 where it was started.

    It outlives the worker, writes to a log of its own, and is not started while an earlier one still runs.
    """
    if missing_for_mails(load_configuration(data_dir=context.data_dir)):
        return 0
    log = open_log(context.data_dir, _LOG_NAME)
    try:
        command = leasehold_command("reminder", "send", "--quiet")
        start_detached(command, {"LEASEHOLD_DATA_DIR": str(context.data_dir)}, log)
    except BlockingIOError:
        return 0
    finally:
        os.close(log)
    return 1
