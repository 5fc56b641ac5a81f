"""What each process of the license server does before it serves."""

import multiprocessing
import signal

from starlette.types import ASGIApp

from leasehold.embedded.unprivileged import die_with_parent
from leasehold.kit.logging import configure_logging
from leasehold.server.app import create_app


def create_process_app() -> ASGIApp:
    """The application, in a process that logs like all others and does not outlive the one that started it."""
    configure_logging("server")
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        die_with_parent(signal.SIGKILL, parent.pid)
    return create_app()
