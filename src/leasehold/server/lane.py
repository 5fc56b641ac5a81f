"""One writer thread with one connection: what gathers while a batch commits is the next batch (group commit).

Nothing is answered before its commit. A connection that is lost before COMMIT was sent is opened again and the batch
run once more; after that the outcome is unknown, and unknown is never retried (heartbeats may be: they are
idempotent). A batch that fails is split by halves until the bad command stands alone.
"""

import asyncio
import logging
import os
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

import psycopg
from psycopg import errors

from leasehold.kit.database import Connection

_log = logging.getLogger(__name__)

_RECONNECT_SECONDS = 0.2
_BATCH_SECONDS = 1.5
_TRANSIENT_TRIES = 3
_SMALLEST_SHARE = 16
_RECENT_BATCHES = 4096
_TRANSIENT = (errors.DeadlockDetected, errors.SerializationFailure)
# Warnings with which a commit reports success although no standby has it: 01000 cancelled, 57P01 terminated.
_UNREPLICATED = {"01000", "57P01"}

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Measure = Callable[[str, int, float], None]


class LanesUnavailable(Exception):
    """The database is away, the server is overloaded, or an outcome is unknown: come back in `retry_after` seconds."""

    def __init__(self) -> None:
        self.retry_after = random.randint(1, 3)  # noqa: S311  # spreads the callers, guards nothing
        super().__init__(f"retry in {self.retry_after} s")


class OutcomeUnknown(Exception):
    """The connection went away, or stopped being trustworthy, after COMMIT was sent."""


@dataclass(slots=True)
class Job(Generic[Item, Answer]):
    """An item and who waits for its answer."""

    item: Item
    future: "asyncio.Future[Answer]"


@dataclass(frozen=True, slots=True)
class LaneKind(Generic[Item, Answer]):
    """What a lane does: `run` answers a batch on a connection and says by `committing()` that COMMIT goes out next."""

    name: str
    cap: int
    connect: Callable[[], Connection]
    run: Callable[[Connection, Sequence[Item], Callable[[], None]], Sequence[Answer]]
    idempotent: bool = False


@dataclass(slots=True)
class LaneStatistics:
    """What a lane has done since it started; seconds are of batches, from taking them to their commit."""

    batches: int = 0
    commands: int = 0
    failures: int = 0
    seconds: float = 0.0
    last_batch: int = 0
    recent_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT_BATCHES))

    def take_recent_seconds(self) -> list[float]:
        """The seconds of each batch since the last call, at most 4,096 of them; for one caller, in any thread."""
        taken, self.recent_seconds = self.recent_seconds, deque(maxlen=_RECENT_BATCHES)
        return list(taken)


class Lane(Generic[Item, Answer]):
    """A queue, a thread and a connection. `deliver` gets each finished batch, `measure` the lane's name, the number of
    its commands and its seconds, both in the lane's thread.
    """

    def __init__(
        self,
        kind: LaneKind[Item, Answer],
        deliver: Callable[[Sequence[tuple[Job[Item, Answer], Answer | Exception]]], None],
        measure: Measure,
    ) -> None:
        self.kind = kind
        self.statistics = LaneStatistics()
        self.down = threading.Event()
        self._deliver = deliver
        self._measure = measure
        self._queue: SimpleQueue[Job[Item, Answer] | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._in_flight: list[Job[Item, Answer]] = []
        self._batch_started: float | None = None
        self._cut = False
        self._commit_sent = False
        self._unreplicated = False
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name=f"lane {kind.name}", daemon=True)

    def start(self) -> None:
        """Begin to work; the first connection is opened in the lane's own thread."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Finish what is queued, then end; give up after `timeout` seconds."""
        self._stopping = True
        self._queue.put(None)
        self._thread.join(timeout)

    def put(self, job: Job[Item, Answer]) -> None:
        """Queue a job; safe from any thread."""
        self._queue.put(job)

    def depth(self) -> int:
        """How many jobs wait."""
        return self._queue.qsize()

    def cut_if_hanging(self) -> None:
        """Cut a connection whose batch has taken too long: everyone who waits is told at once, and the thread wakes."""
        started, connection = self._batch_started, self._connection
        if started is None or connection is None or time.monotonic() - started < _BATCH_SECONDS:
            return
        self._cut = True
        self._fail_everybody(self._in_flight)
        try:
            with socket.socket(fileno=os.dup(connection.fileno())) as twin:
                twin.shutdown(socket.SHUT_RDWR)
        except (OSError, psycopg.Error):
            _log.debug("the connection of lane %s is gone already", self.kind.name)

    def _work(self) -> None:
        self._reconnect()
        while True:
            batch = self._take()
            if batch is None:
                break
            self._answer(batch)
        if self._connection is not None:
            self._connection.close()

    def _take(self) -> list[Job[Item, Answer]] | None:
        """The next batch, or None at the end: half of what waits, so that answering one half and committing the other
        go on side by side instead of in turn.
        """
        first = self._queue.get()
        if first is None:
            return None
        batch = [first]
        size = min(self.kind.cap, max(_SMALLEST_SHARE, (self._queue.qsize() + 2) // 2))
        try:
            while len(batch) < size:
                job = self._queue.get_nowait()
                if job is None:
                    self._queue.put(None)
                    break
                batch.append(job)
        except Empty:
            pass
        return batch

    def _answer(self, batch: list[Job[Item, Answer]]) -> None:
        self._in_flight, self._cut = batch, False
        self._batch_started = started = time.monotonic()
        try:
            answers = self._run_safely(batch)
        except (psycopg.OperationalError, OutcomeUnknown) as error:
            _log.warning("lane %s lost the database: %s", self.kind.name, error)
            self._fail_everybody(batch)
            self._reconnect()
            return
        finally:
            self._batch_started = None
        self.statistics.batches += 1
        self.statistics.commands += len(batch)
        self.statistics.last_batch = len(batch)
        seconds = time.monotonic() - started
        self.statistics.seconds += seconds
        self.statistics.recent_seconds.append(seconds)
        self._deliver(list(zip(batch, answers, strict=True)))
        self._measure(self.kind.name, len(batch), seconds)

    def _run_safely(self, batch: list[Job[Item, Answer]]) -> list[Answer | Exception]:
        """Answers, or for single commands the error that they cause. Raises where the connection is lost for good."""
        for attempt in range(_TRANSIENT_TRIES):
            try:
                return list(self._run(batch))
            except psycopg.Error as error:
                if self._lost():
                    if self._commit_sent and not self.kind.idempotent:
                        raise OutcomeUnknown(str(error)) from error
                    if self._cut or attempt > 0:
                        raise
                    self._connect()
                elif not isinstance(error, _TRANSIENT):
                    return self._split(batch, error)
            except Exception as error:  # a defect of ours: it must harm its own command alone
                self._roll_back()
                return self._split(batch, error)
        return [LanesUnavailable() for _ in batch]

    def _run(self, batch: list[Job[Item, Answer]]) -> Sequence[Answer]:
        connection = self._connection
        if connection is None:
            raise psycopg.OperationalError("no connection")
        self._commit_sent = self._unreplicated = False
        try:
            answers = self.kind.run(connection, [job.item for job in batch], self._committing)
        except psycopg.Error:
            self._roll_back()
            raise
        if self._unreplicated:
            connection.close()
            raise OutcomeUnknown("the commit did not wait for its standby")
        return answers

    def _committing(self) -> None:
        self._commit_sent = True

    def _split(self, batch: list[Job[Item, Answer]], error: Exception) -> list[Answer | Exception]:
        if len(batch) == 1:
            self.statistics.failures += 1
            if isinstance(error, psycopg.OperationalError):  # a lock that did not come, a disk that is full
                _log.warning("lane %s could not run a command: %s", self.kind.name, error)
                return [LanesUnavailable()]
            _log.error("lane %s could not run a command", self.kind.name, exc_info=error)
            return [error]
        middle = len(batch) // 2
        return self._run_safely(batch[:middle]) + self._run_safely(batch[middle:])

    def _roll_back(self) -> None:
        if self._connection is not None and not self._connection.closed:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self._connection.close()

    def _lost(self) -> bool:
        return self._connection is None or self._connection.closed or self._connection.broken

    def _fail_everybody(self, batch: list[Job[Item, Answer]]) -> None:
        """The database is away: tell the batch and all who wait, so that nobody waits for its return."""
        self.down.set()
        waiting = list(batch)
        try:
            while True:
                job = self._queue.get_nowait()
                if job is None:
                    self._queue.put(None)
                    break
                waiting.append(job)
        except Empty:
            pass
        self._deliver([(job, LanesUnavailable()) for job in waiting])

    def _connect(self) -> None:
        self._connection = self.kind.connect()
        self._connection.add_notice_handler(self._heed)

    def _heed(self, notice: errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING" and notice.sqlstate in _UNREPLICATED:
            self._unreplicated = True

    def _reconnect(self) -> None:
        """Try until the database is back, or the lane ends."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        while not self._stopping:
            try:
                self._connect()
            except psycopg.Error as error:
                _log.debug("lane %s waits for the database: %s", self.kind.name, error)
                self._fail_everybody([])
                time.sleep(_RECONNECT_SECONDS)
            else:
                self.down.clear()
                return
