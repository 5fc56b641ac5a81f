"""The lanes on a real database: batches, contention, lost connections. Nobody waits for ever, nobody is harmed."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from leasehold.embedded.cluster import Cluster
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Database, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.licensing.commands import Activate, EndSession, Heartbeat, StartSession, Validate
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.vocabulary import Code, DeviceType
from leasehold.migrations.runner import migrate
from leasehold.server.lanes import Lanes, LanesUnavailable
from tests.conftest import FreshDatabase
from tests.licensing.vendor import fingerprint, issue_license, scalar

_ACTOR = Actor("api-key:test")
_PATIENCE = 20.0
_KILL_LANES = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
 WHERE application_name ~ 'lane' AND datname = current_database()
"""


@asynccontextmanager
async def running(database: Database) -> AsyncIterator[Lanes]:
    lanes = Lanes(database)
    lanes.start(asyncio.get_running_loop())
    try:
        await eventually(_has_clock(lanes))
        yield lanes
    finally:
        await asyncio.to_thread(lanes.stop)


async def _has_clock(lanes: Lanes) -> None:
    while lanes.clock is None:
        await asyncio.sleep(0)


async def eventually(what: Coroutine[Any, Any, Any]) -> Any:
    return await asyncio.wait_for(what, _PATIENCE)


async def until_served(lanes: Lanes, command: Any) -> Outcome:
    """Send a command again and again, as a client would, until the database is back."""
    while True:
        try:
            return await lanes.submit(command, _ACTOR)
        except LanesUnavailable:
            await asyncio.sleep(0.01)


def activation(key: str, number: int) -> Activate:
    return Activate(key, fingerprint(number), "Rechner", DeviceType.LAPTOP)


async def live_session(lanes: Lanes, key: str, number: int = 1) -> StartSession:
    await lanes.submit(activation(key, number), _ACTOR)
    start = StartSession(key, fingerprint(number))
    assert (await lanes.submit(start, _ACTOR)).code is Code.STARTED
    return start


def test_simultaneous_commands_share_batches_and_keep_the_limits(fresh_database: FreshDatabase) -> None:
    key = issue_license(fresh_database.owner, devices=10, sessions=5)

    async def scenario() -> None:
        async with running(fresh_database.as_role(Role.SERVER)) as lanes:
            activated = await asyncio.gather(
                *(lanes.submit(activation(key, number % 20), _ACTOR) for number in range(200))
            )
            assert sum(outcome.code is Code.ACTIVATED for outcome in activated) == 10
            devices = [outcome.device.hardware_fingerprint for outcome in activated if outcome.device]
            started = await asyncio.gather(
                *(lanes.submit(StartSession(key, device), _ACTOR) for device in sorted(set(devices)) * 20)
            )
            assert sum(outcome.code is Code.STARTED for outcome in started) == 5
            tokens = {outcome.session.session_token for outcome in started if outcome.session}
            assert len(tokens) == 5
            beaten = await asyncio.gather(*(lanes.submit(Heartbeat(token), _ACTOR) for token in list(tokens) * 30))
            assert {outcome.code for outcome in beaten} == {Code.LIVE}
            assert lanes.statistics["heartbeats"].batches < 150

    asyncio.run(scenario())


def test_detailed_and_missed_heartbeats_are_told_everything(fresh_database: FreshDatabase) -> None:
    key = issue_license(fresh_database.owner)

    async def scenario() -> None:
        async with running(fresh_database.as_role(Role.SERVER)) as lanes:
            start = await live_session(lanes, key)
            session = (await lanes.submit(start, _ACTOR)).session
            assert session is not None
            token = session.session_token
            detailed = await lanes.submit(Heartbeat(token, detailed=True), _ACTOR)
            assert detailed.license is not None
            assert detailed.device is not None
            assert (await lanes.submit(Heartbeat(token, "OTHER"), _ACTOR)).code is Code.SESSION_NOT_FOUND
            assert (await lanes.submit(EndSession(token), _ACTOR)).code is Code.ENDED
            ended = await lanes.submit(Heartbeat(token), _ACTOR)
            assert ended.code is Code.SESSION_ENDED
            assert ended.ended is not None

    asyncio.run(scenario())


def test_a_license_held_by_somebody_else_stalls_nobody_else(fresh_database: FreshDatabase) -> None:
    held, free = issue_license(fresh_database.owner), issue_license(fresh_database.owner)

    async def scenario() -> None:
        async with running(fresh_database.as_role(Role.SERVER)) as lanes:
            with fresh_database.owner.connect(application="holder") as holder:
                holder.execute("SELECT FROM licenses WHERE license_key = %s FOR UPDATE", (held,))
                waiting = [asyncio.create_task(lanes.submit(activation(key, 1), _ACTOR)) for key in (held, free)]
                assert (await waiting[1]).code is Code.ACTIVATED
                assert not waiting[0].done()
                with pytest.raises(LanesUnavailable):
                    await waiting[0]
            assert (await lanes.submit(activation(held, 1), _ACTOR)).code is Code.ACTIVATED

    asyncio.run(scenario())


def test_connections_that_died_while_idle_cost_nobody_an_answer(fresh_database: FreshDatabase) -> None:
    key = issue_license(fresh_database.owner)

    async def scenario() -> None:
        async with running(fresh_database.as_role(Role.SERVER)) as lanes:
            start = await live_session(lanes, key)
            with fresh_database.superuser() as superuser:
                assert scalar(superuser, _KILL_LANES) == 5
            outcome = await lanes.submit(start, _ACTOR)
            assert outcome.code is Code.RESUMED
            assert outcome.session is not None
            assert (await lanes.submit(Heartbeat(outcome.session.session_token), _ACTOR)).code is Code.LIVE
            assert (await lanes.submit(Validate(key), _ACTOR)).code is Code.VALID

    asyncio.run(scenario())


@pytest.fixture
def own_cluster(tmp_path: Path) -> Any:
    cluster = Cluster(tmp_path)
    cluster.start(subprocess.DEVNULL)
    migrate(database_for(Configuration(data_dir=tmp_path), Role.OWNER), Unguarded())
    yield cluster
    cluster.stop()


def test_a_database_that_goes_away_is_said_at_once_and_found_again(own_cluster: Cluster) -> None:
    configuration = Configuration(data_dir=own_cluster.data_dir)
    key = issue_license(database_for(configuration, Role.OWNER))

    async def scenario() -> None:
        async with running(database_for(configuration, Role.SERVER)) as lanes:
            start = await live_session(lanes, key)
            own_cluster.stop()
            with pytest.raises(LanesUnavailable) as refused:
                await lanes.submit(start, _ACTOR)
            assert 1 <= refused.value.retry_after <= 3
            own_cluster.start(subprocess.DEVNULL)
            assert (await eventually(until_served(lanes, start))).code is Code.RESUMED

    asyncio.run(scenario())


def test_a_database_that_hangs_is_cut_off(own_cluster: Cluster) -> None:
    configuration = Configuration(data_dir=own_cluster.data_dir)
    key = issue_license(database_for(configuration, Role.OWNER))

    async def scenario() -> None:
        async with running(database_for(configuration, Role.SERVER)) as lanes:
            start = await live_session(lanes, key)
            stopped = processes_of(own_cluster)
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            try:
                with pytest.raises(LanesUnavailable):
                    await eventually(lanes.submit(start, _ACTOR))
            finally:
                for pid in stopped:
                    os.kill(pid, signal.SIGCONT)
            assert (await eventually(until_served(lanes, start))).code is Code.RESUMED

    asyncio.run(scenario())


def processes_of(cluster: Cluster) -> list[int]:
    """The postmaster and all its children."""
    postmaster = int((cluster.directory / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]
