"""Other programs that an upgrade runs: they end with it, and what they say is told when they fail."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from leasehold.embedded.program import leasehold_command
from leasehold.embedded.unprivileged import child_setup, ourselves
from leasehold.kit.releases import python_of
from leasehold.upgrades.errors import UpgradeRefused

_COMPLAINTS = ("ERROR: ", "leasehold: ")


def run(what: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
    """What `command` prints. Raises `UpgradeRefused`, which says that `what` failed, and why."""
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **(environment or {})},
        preexec_fn=child_setup(ourselves(), signal.SIGKILL),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        raise UpgradeRefused("upgrade_failed", f"{what} failed: {_reason(done)}")
    return done.stdout


def of_release(environment: Path, *arguments: str) -> list[str]:
    """How to run a verb of the release in `environment`."""
    return leasehold_command(*arguments, python=python_of(environment))


def _reason(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stderr or done.stdout).strip().splitlines() or [f"it ended with status {done.returncode}"]
    complaints = [line for line in lines if line.startswith(_COMPLAINTS)] or lines
    last = complaints[-1]
    for prefix in _COMPLAINTS:
        last = last.removeprefix(prefix)
    return last
