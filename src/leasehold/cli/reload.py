"""`leasehold reload`: the processes of the license server and the panel are replaced while they serve."""

import os
import signal
import time
from pathlib import Path

from leasehold.kit.errors import ConfigurationError, DomainError, Kind
from leasehold.kit.master_note import MasterNote, read_master_note
from leasehold.kit.run_dir import PANEL_PID_FILE, run_dir

_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.1


def replace_server_processes(data_dir: Path) -> MasterNote:
    """Return when new processes serve in the place of all that did. Raises `DomainError` where they do not come up,
    `ConfigurationError` where none run or they are somebody else's.
    """
    before = read_master_note(data_dir)
    if before is None:
        raise ConfigurationError(f"No license server runs on {data_dir}: start it, or name another with --data-dir.")
    _signal(before.pid)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        now = read_master_note(data_dir)
        if now is None or now.pid != before.pid:
            raise DomainError(Kind.CONFLICT, "ended", "The license server ended meanwhile: see `leasehold status`.")
        if now.replacements > before.replacements:
            if now.failure is not None:
                raise DomainError(Kind.CONFLICT, "not_replaced", now.failure)
            return now
        time.sleep(_LOOK_SECONDS)
    detail = f"After {_PATIENCE_SECONDS:.0f} s not all processes are replaced; it goes on: see `leasehold status`."
    raise DomainError(Kind.CONFLICT, "not_replaced", detail)


def replace_panel_processes(data_dir: Path) -> bool:
    """Have the panel start anew with what is installed now; requests wait for a moment. False where none runs."""
    try:
        pid = int((run_dir(data_dir) / PANEL_PID_FILE).read_text(encoding="ascii"))
        _signal(pid)
    except (OSError, ValueError):
        return False
    return True


def _signal(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGHUP)
    except PermissionError as error:
        raise ConfigurationError(f"Process {pid} belongs to another user: run this as that user.") from error
