"""The way from a request to the engine: lanes, each a queue, a thread and a connection.

`heartbeats` are apart, so that hammered starts cannot delay them; `reads` answer validations; `commands` hold license
locks; `contended` waits for licenses that another process holds, so that one slow holder stalls nobody else;
`resources` reads what is allocated to licenses, for those who ask, apart from what everybody asks.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from psycopg.errors import LockNotAvailable

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database
from leasehold.licensing.commands import Command, EndSession, Heartbeat, Validate
from leasehold.licensing.engine import Deferred, Order, run_commands, run_validations
from leasehold.licensing.heartbeats import run_heartbeats
from leasehold.licensing.outcomes import Outcome
from leasehold.server.lane import Job, Lane, LaneKind, LaneStatistics, LanesUnavailable, Measure
from leasehold.server.pulse import Pulse, RuntimeSnapshot
from leasehold.server.resources import Resources, read_resources

__all__ = ["Lanes", "LanesUnavailable"]

_CAPACITY = 8192
_NEWCOMERS_CAPACITY = _CAPACITY // 2
_WATCH_SECONDS = 0.25
_STOP_SECONDS = 5.0
_LOCK_TIMEOUT_MS = 500

# The plan of a heartbeat batch is its order of locks: token by token, each by its index.
IN_THE_ORDER_OF_TOKENS = {"enable_hashjoin": "off", "enable_mergejoin": "off", "enable_seqscan": "off"}

Item = TypeVar("Item")
LaneAnswer = TypeVar("LaneAnswer")
Answer = Outcome | Deferred | None
_Job = Job[Order, Answer]
_Done = Sequence[tuple[_Job, Answer | Exception]]


class Lanes:
    """Runs commands in batches and answers each once it is committed; `measure` as in `Lane`."""

    def __init__(self, database: Database, measure: Measure = lambda _lane, _commands, _seconds: None) -> None:
        self._database = database
        self._measure = measure
        self._pulse = Pulse(lambda: database.connect(application="pulse", autocommit=True, lock_timeout_ms=2000))
        self._heartbeats = self._lane("heartbeats", 256, _run_heartbeats, self._forward_misses, autocommit=True)
        self._reads = self._lane("reads", 128, _run_reads, self._deliver)
        self._commands = self._lane("commands", 96, _run_commands, self._forward_deferred)
        self._contended = self._lane("contended", 32, _run_contended, self._forward_deferred)
        self._resources: Lane[int, Resources] = Lane(
            LaneKind(
                "resources", 128, partial(self._connect, "resources", autocommit=True), _run_resources, idempotent=True
            ),
            self._deliver,
            measure,
        )
        self._all = (self._heartbeats, self._reads, self._commands, self._contended, self._resources)
        self._pending = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.TimerHandle | None = None

    @property
    def clock(self) -> RuntimeSnapshot | None:
        """The intervals and the API-key epoch in force, at most half a second old; None until first read."""
        return self._pulse.snapshot

    @property
    def statistics(self) -> dict[str, LaneStatistics]:
        """What each lane has done, by name."""
        return {lane.kind.name: lane.statistics for lane in self._all}

    @property
    def depths(self) -> dict[str, int]:
        """How many jobs wait in each lane, by name."""
        return {lane.kind.name: lane.depth() for lane in self._all}

    @property
    def is_down(self) -> bool:
        """Whether a lane has lost the database."""
        return any(lane.down.is_set() for lane in self._all)

    @property
    def pending(self) -> int:
        """How many commands wait for an answer."""
        return self._pending

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the threads; answers come on `loop`."""
        self._loop = loop
        self._pulse.start()
        for lane in self._all:
            lane.start()
        self._watch_for_hangs()

    def stop(self) -> None:
        """Finish what is queued and end the threads."""
        if self._watch is not None:
            self._watch.cancel()
        for lane in self._all:
            lane.stop(_STOP_SECONDS)
        self._pulse.stop(_STOP_SECONDS)

    async def submit(self, command: Command, actor: Actor) -> Outcome:
        """The outcome of `command`, after its commit.

        Raises `LanesUnavailable` at once while the database is away or the queue is full (for newcomers at half its
        length: who runs already goes first), and where the outcome is unknown.
        """
        full = _CAPACITY if isinstance(command, Heartbeat | EndSession) else _NEWCOMERS_CAPACITY
        outcome = await self._answer(self._lane_for(command), (command, actor), full)
        if not isinstance(outcome, Outcome):
            raise TypeError(f"a lane answered {outcome!r}")
        return outcome

    async def resources_of(self, license_id: int) -> Resources:
        """What is allocated to the license. Raises `LanesUnavailable` as for newcomers."""
        return await self._answer(self._resources, license_id, _NEWCOMERS_CAPACITY)

    async def _answer(self, lane: Lane[Item, LaneAnswer], item: Item, full: int) -> LaneAnswer:
        if self._loop is None or lane.down.is_set() or self._pending >= full:
            raise LanesUnavailable
        future: asyncio.Future[LaneAnswer] = self._loop.create_future()
        self._pending += 1
        lane.put(Job(item, future))
        try:
            return await future
        finally:
            self._pending -= 1

    def _lane_for(self, command: Command) -> "Lane[Order, Answer]":
        match command:
            case Heartbeat():
                return self._heartbeats
            case Validate():
                return self._reads
            case _:
                return self._commands

    def _lane(
        self,
        name: str,
        cap: int,
        run: Callable[..., Sequence[Any]],
        deliver: Callable[[_Done], None],
        *,
        autocommit: bool = False,
    ) -> "Lane[Order, Answer]":
        settings = IN_THE_ORDER_OF_TOKENS if autocommit else None
        connect = partial(self._connect, name, autocommit=autocommit, settings=settings)
        return Lane(LaneKind(name, cap, connect, run, idempotent=autocommit), deliver, self._measure)

    def _connect(self, name: str, *, autocommit: bool, settings: Mapping[str, str] | None = None) -> Connection:
        return self._database.connect(
            application=f"lane {name}", autocommit=autocommit, lock_timeout_ms=_LOCK_TIMEOUT_MS, settings=settings
        )

    def _forward_misses(self, done: _Done) -> None:
        """Heartbeats that the guarded statement missed are asked of the rules."""
        for job, answer in done:
            if answer is None:
                self._commands.put(job)
        self._deliver([pair for pair in done if pair[1] is not None])

    def _forward_deferred(self, done: _Done) -> None:
        for job, answer in done:
            if isinstance(answer, Deferred):
                self._contended.put(job)
        self._deliver([pair for pair in done if not isinstance(pair[1], Deferred)])

    def _deliver(self, done: Sequence[tuple[Job[Any, Any], Any]]) -> None:
        if done and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_resolve, done)

    def _watch_for_hangs(self) -> None:
        """One timer for all: a batch that hangs is cut off, and those who wait are told."""
        for lane in self._all:
            lane.cut_if_hanging()
        if self._loop is not None:
            self._watch = self._loop.call_later(_WATCH_SECONDS, self._watch_for_hangs)


def _resolve(done: Sequence[tuple[Job[Any, Any], Any]]) -> None:
    for job, answer in done:
        if job.future.done():  # its caller went away
            continue
        if isinstance(answer, Exception):
            job.future.set_exception(answer)
        else:
            job.future.set_result(answer)


def _run_heartbeats(
    connection: Connection, orders: Sequence[Order], committing: Callable[[], None]
) -> Sequence[Outcome | None]:
    committing()  # one statement that commits itself
    return run_heartbeats(connection, [command for command, _ in orders if isinstance(command, Heartbeat)])


def _run_reads(connection: Connection, orders: Sequence[Order], committing: Callable[[], None]) -> Sequence[Outcome]:
    with connection.pipeline():
        outcomes = run_validations(connection, [command for command, _ in orders if isinstance(command, Validate)])
        committing()
        connection.commit()
    return outcomes


def _run_resources(
    connection: Connection, license_ids: Sequence[int], committing: Callable[[], None]
) -> Sequence[Resources]:
    committing()  # one statement that changes nothing
    return read_resources(connection, license_ids)


def _run_commands(
    connection: Connection, orders: Sequence[Order], committing: Callable[[], None], *, wait: bool = False
) -> Sequence[Outcome | Deferred]:
    with connection.pipeline():
        outcomes = run_commands(connection, orders, wait=wait)
        committing()
        connection.commit()
    return outcomes


def _run_contended(
    connection: Connection, orders: Sequence[Order], committing: Callable[[], None]
) -> Sequence[Outcome | Deferred | LanesUnavailable]:
    """Wait for the licenses; where one does not come free in time, decide the others, and say so of that one."""
    try:
        return _run_commands(connection, orders, committing, wait=True)
    except LockNotAvailable:
        connection.rollback()
        outcomes = _run_commands(connection, orders, committing)
        return [LanesUnavailable() if isinstance(outcome, Deferred) else outcome for outcome in outcomes]
