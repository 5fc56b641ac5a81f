"""kill -9 of PostgreSQL under load, with a ledger kept by the clients: no acknowledged answer is lost."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection, Database, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.kit.run_dir import run_dir
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.migrations.runner import migrate
from tests.licensing.vendor import issue_license, scalar
from tests.races.fleet import Answer, Request, activations, device_body, license_server

_LICENSES = 8
_DEVICES = 4


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    own = Cluster(tmp_path / "data")
    own.start(subprocess.DEVNULL)
    migrate(_owner(own), Unguarded())
    yield own
    own.stop()


def _owner(cluster: Cluster) -> Database:
    return database_for(Configuration(data_dir=cluster.data_dir), Role.OWNER)


def _url(cluster: Cluster) -> str:
    password = read_or_create_secrets(cluster.data_dir)["owner_password"]
    return f"postgresql://leasehold:{password}@{str(run_dir(cluster.data_dir)).replace('/', '%2F')}/leasehold"


def test_no_acknowledged_answer_is_lost(cluster: Cluster, tmp_path: Path) -> None:
    owner = _owner(cluster)
    keys = [issue_license(owner, devices=_DEVICES, sessions=_DEVICES) for _ in range(_LICENSES)]
    with license_server(owner, _url(cluster), tmp_path) as fleet:
        ready = fleet.hammer([thread for key in keys for thread in activations(key, _DEVICES)])
        ready.go()
        assert {answer.status for answer in ready.answers()} == {201}
        hammering = fleet.hammer([_life(key, number) for key in keys for number in range(_DEVICES)])
        hammering.go()
        _kill_when_busy(cluster, owner)
        cluster.start(subprocess.DEVNULL)
        answers = hammering.answers()
    assert {answer.status for answer in answers} <= {200, 201}
    with owner.connect(application="checker") as checker:
        assert scalar(checker, "SELECT count(*) FROM session_history WHERE end_reason <> 'client'") == 0
        assert _lost(checker, answers) == []


def _life(key: str, number: int) -> list[Request]:
    """Two sessions, the first one ended, the second one kept alive until the end."""
    token = {"session_token": "$TOKEN"}
    start: Request = ("session/start", device_body(key, number))
    beats: list[Request] = [("session/heartbeat", token)] * 60
    return [start, *beats, ("session/end", token), start, *beats]


def _kill_when_busy(cluster: Cluster, owner: Database) -> None:
    """Kill the postmaster and every process of its, without notice, once heartbeats flow."""
    deadline = time.monotonic() + 30
    with owner.connect(application="watcher", autocommit=True) as watcher:
        while int(str(scalar(watcher, "SELECT count(*) FROM license_heartbeats"))) < 500:
            assert time.monotonic() < deadline, "no heartbeats arrive"
    postmaster = int((cluster.directory / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (postmaster, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    cluster.stop()  # collects what is dead


def _lost(checker: Connection, answers: list[Answer]) -> list[Answer]:
    """Acknowledgements that the database knows nothing of."""
    statement = "SELECT session_token::text, last_heartbeat_at FROM {0}"
    live = {row[0]: row[1] for row in checker.execute(statement.format("license_sessions"))}
    ended = {row[0]: row[1] for row in checker.execute(statement.format("session_history"))}
    known = live | ended
    lost = []
    for answer in answers:
        token = answer.body.get("session_token", answer.sent.get("session_token"))
        last = known.get(token)
        beaten_at = answer.body.get("server_time")
        forgotten = last is None or (answer.path == "session/end" and token not in ended)
        if forgotten or (beaten_at is not None and str(last) < _as_text(beaten_at)):
            lost.append(answer)
    return lost


def _as_text(moment: str) -> str:
    return str(datetime.fromisoformat(moment))
