"""The license server's first process: it owns the sockets, and keeps so many processes at work on them.

SIGHUP replaces them one by one, each only when its successor serves; a successor that does not come up ends the
replacement, and those that are there go on. SIGTERM and SIGINT end all of them in order. It imports nothing of the
application, so that it stays small, and a replacement runs the program as it is installed by then.
"""

import contextlib
import logging
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence

from leasehold.kit.master_note import MasterNote
from leasehold.kit.restarts import Restarts
from leasehold.kit.service_manager import ServiceManager
from leasehold.server.worker import Worker, start_worker

_log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
_STOP_SECONDS = 20.0
_SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


class NeverServedError(Exception):
    """No process has come up; what it had to say stands in the log."""


class Master:
    """Keeps `count` processes at work on `sockets`; `tell` hears of every change."""

    def __init__(
        self, sockets: Sequence[socket.socket], count: int, *, pid: int, tell: Callable[[MasterNote], None]
    ) -> None:
        self._sockets = sockets
        self._count = count
        self._pid = pid
        self._tell = tell
        self._told: MasterNote | None = None
        self._manager = ServiceManager()
        self._workers: list[Worker] = []
        self._restarts = Restarts()
        self._start_again_at = 0.0
        self._generation = 0
        self._replacing = False
        self._replacements = 0
        self._failure: str | None = None
        self._has_served = False

    def run(self) -> None:
        """Serve until a signal ends it. Raises `NeverServedError` where not one process comes up at the start."""
        with _signals() as signals:
            while not signals.taken & {signal.SIGTERM, signal.SIGINT}:
                if signal.SIGHUP in signals.taken:
                    self._begin_replacement()
                signals.taken.clear()
                self._bury()
                self._tend()
                self._say()
                signals.wait([worker.life for worker in self._workers], _TICK_SECONDS)
                self._listen()
            self._stop(signals)

    def _current(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.generation == self._generation and not worker.is_leaving]

    def _former(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.generation != self._generation and not worker.is_leaving]

    def _begin_replacement(self) -> None:
        if self._replacing or not self._has_served:
            return
        self._generation += 1
        self._replacing, self._failure = True, None
        self._manager.reloading()
        _log.info("replacing %d processes", len(self._former()))

    def _tend(self) -> None:
        """Take the next step towards `count` processes of the current generation, and none of an earlier one."""
        current, former = self._current(), self._former()
        ready = [worker for worker in current if worker.is_ready]
        for worker in former[: max(0, len(ready) + len(former) - self._count)]:
            worker.ask_to_leave()
        missing = self._count - len(current)
        at_once = 1 if former else missing  # beside those that serve, one after the other: memory is for so many
        if len(ready) == len(current) and time.monotonic() >= self._start_again_at:
            for _ in range(min(missing, at_once)):
                self._workers.append(start_worker(self._sockets, self._generation))
        if len(ready) == self._count and not former:
            self._all_serve()

    def _all_serve(self) -> None:
        if self._replacing:
            self._replacing = False
            self._replacements += 1
            _log.info("all processes are replaced")
            self._manager.ready()
        if not self._has_served:
            self._has_served = True
            self._manager.ready()

    def _listen(self) -> None:
        for worker in self._workers:
            if select.select([worker.life], [], [], 0)[0]:
                worker.listen()
            if worker.is_silent:
                _log.error("process %d hangs; it is ended", worker.process.pid)
                worker.kill()

    def _bury(self) -> None:
        for worker in [worker for worker in self._workers if worker.has_ended]:
            self._workers.remove(worker)
            worker.close()
            if not worker.is_leaving:
                self._mourn(worker)

    def _mourn(self, worker: Worker) -> None:
        status = worker.process.returncode
        if not self._has_served:
            raise NeverServedError
        if self._replacing and not worker.is_ready:
            self._give_up_replacement(status)
            return
        pause = self._restarts.pause_after(time.monotonic() - worker.started_at)
        self._start_again_at = time.monotonic() + pause
        _log.error("process %d ended with status %d; it is started again in %.0f s", worker.process.pid, status, pause)

    def _give_up_replacement(self, status: int) -> None:
        self._replacing = False
        self._replacements += 1
        self._failure = (
            f"A new process of the license server did not come up (status {status}), so those that run go on: "
            "see `leasehold logs server`, mend it, then replace them again."
        )
        _log.error("%s", self._failure)
        for worker in self._workers:
            worker.generation = self._generation
        self._manager.ready()

    def _say(self) -> None:
        self._manager.alive()
        workers = tuple(worker.process.pid for worker in self._workers if worker.is_ready and not worker.is_leaving)
        note = MasterNote(self._pid, workers, self._replacements, self._failure)
        if note != self._told:
            self._told = note
            self._tell(note)

    def _stop(self, signals: "_Signals") -> None:
        self._manager.stopping()
        for worker in self._workers:
            worker.ask_to_stop()
        deadline = time.monotonic() + _STOP_SECONDS
        while self._workers:
            self._bury()
            if time.monotonic() > deadline:
                for worker in self._workers:
                    worker.kill()
            if self._workers:
                signals.wait([], _TICK_SECONDS)


class _Signals:
    """Signals that have come, as numbers; waiting for one wakes up at once."""

    def __init__(self, wakeup: socket.socket) -> None:
        self._wakeup = wakeup
        self.taken: set[int] = set()

    def wait(self, descriptors: Sequence[int], seconds: float) -> None:
        """Until a signal comes, one of `descriptors` has something to say, or `seconds` are over."""
        wakeup = self._wakeup.fileno()
        readable, _, _ = select.select([wakeup, *descriptors], [], [], seconds)
        if wakeup in readable:
            self.taken |= set(self._wakeup.recv(4096))


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        for number in _SIGNALS:
            signal.signal(number, lambda _number, _frame: None)
        before = signal.set_wakeup_fd(theirs.fileno())
        try:
            yield _Signals(ours)
        finally:
            signal.set_wakeup_fd(before)
