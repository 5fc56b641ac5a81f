"""A running `leasehold up` becomes the release that is linked."""

import os
import signal
import time
from pathlib import Path
from typing import Final

from leasehold.embedded.readiness import answers_well
from leasehold.embedded.running import Running, what_runs
from leasehold.embedded.starting_again import RESTART
from leasehold.upgrades.errors import UpgradeRefused

_READY_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.1


def restart(data_dir: Path, running: Running, version: str) -> None:
    """Return when `running` has become `version` and serves.

    Raises `UpgradeRefused` where it does not; the process has ended then, or is what it was.
    """
    os.kill(running.pid, RESTART)
    deadline = time.monotonic() + _READY_SECONDS
    while not _serves(data_dir, version):
        if _has_ended(running.pid):
            raise UpgradeRefused("upgrade_failed", f"`leasehold up` ended when it was to start as Leasehold {version}.")
        if time.monotonic() > deadline:
            if what_runs(data_dir) != running:
                _end(running.pid)
            detail = f"`leasehold up` did not serve as Leasehold {version} within {_READY_SECONDS:.0f} s."
            raise UpgradeRefused("upgrade_failed", detail)
        time.sleep(_POLL_SECONDS)


def _end(pid: int) -> None:
    """In order, where it still can; its programs end with it in any case."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        os.kill(pid, how)
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if _has_ended(pid):
                return
            time.sleep(_POLL_SECONDS)


def _has_ended(pid: int) -> bool:
    """Whether the process is gone, or only its parent has yet to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except FileNotFoundError:
        return True


def _serves(data_dir: Path, version: str) -> bool:
    now = what_runs(data_dir)
    return (
        now is not None
        and now.version == version
        and answers_well(now.server, "/health/ready")
        and answers_well(now.panel, "/")
    )
