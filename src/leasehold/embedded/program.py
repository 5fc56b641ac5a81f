"""A program under the supervisor: started, started again when it dies, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leasehold.embedded.log_files import WarningsOf, last_words, log_path, open_log
from leasehold.embedded.unprivileged import child_setup, ourselves
from leasehold.kit.restarts import Restarts


def leasehold_command(*arguments: str, python: Path = Path(sys.executable)) -> list[str]:
    """How to run a verb of this program, or of that of another `python`.

    Nothing is imported from the current directory.
    """
    return [str(python), "-P", "-m", "leasehold", *arguments]


@dataclass
class Program:
    """`leasehold <verb>` as a child that ends with its parent, its output in `logs/<verb>.log`.

    `title` is what people call it.
    """

    verb: str
    title: str
    data_dir: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    _warnings: WarningsOf | None = None
    _started_at: float = 0.0
    _start_again_at: float | None = None
    _restarts: Restarts = field(default_factory=Restarts)

    @property
    def log(self) -> Path:
        """Where it writes."""
        return log_path(self.data_dir, self.verb)

    def start(self) -> None:
        """Start it, without waiting for anything."""
        descriptor = open_log(self.data_dir, self.verb)
        if self._warnings is None:
            self._warnings = WarningsOf(self.log)
        try:
            self.process = subprocess.Popen(
                leasehold_command(self.verb),
                env={**os.environ, **self.environment},
                preexec_fn=child_setup(ourselves(), signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
            )
        finally:
            os.close(descriptor)
        self._started_at = time.monotonic()
        self._start_again_at = None

    def look_after(self) -> list[str]:
        """Start it again where it died and the pause is over; gives what a person should read about it."""
        said = [f"{self.title}: {warning}" for warning in self._warnings.new()] if self._warnings else []
        if self._start_again_at is not None:
            if time.monotonic() >= self._start_again_at:
                self.start()
            return said
        if self.process is None or self.process.poll() is None:
            return said
        return [*said, self._plan_restart(self.process.returncode)]

    def ask_to_stop(self) -> None:
        """Let it finish what it does, and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self, seconds: float) -> None:
        """Return when it has ended; after `seconds` by force."""
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _plan_restart(self, status: int) -> str:
        now = time.monotonic()
        pause = self._restarts.pause_after(now - self._started_at)
        self._start_again_at = now + pause
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        why = last_words(self.log) if status > 0 else ""
        return f"{self.title} {how}; it is started again in {pause:.0f} s (log: {self.log}). {why}".rstrip()
