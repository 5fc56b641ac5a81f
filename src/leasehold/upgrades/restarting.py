"""A running `leasehold up` becomes the release that is linked."""

import os
import time
from pathlib import Path
from typing import Final

from leasehold.embedded.readiness import answers_well
from leasehold.embedded.running import Running, what_runs
from leasehold.embedded.starting_again import RESTART
from leasehold.upgrades.errors import UpgradeRefused

_READY_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.1


def restart(data_dir: Path, running: Running, version: str) -> None:
    """Return when `running` has become `version` and serves. Raises `UpgradeRefused` where it does not."""
    os.kill(running.pid, RESTART)
    deadline = time.monotonic() + _READY_SECONDS
    while not _serves(data_dir, version):
        if _has_ended(running.pid):
            raise UpgradeRefused("upgrade_failed", "`leasehold up` ended when it was to start as the new release.")
        if time.monotonic() > deadline:
            detail = f"`leasehold up` did not serve as the new release within {_READY_SECONDS:.0f} s."
            raise UpgradeRefused("upgrade_failed", detail)
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
