"""The disk runs full while everything serves: what is acknowledged stays, the rest is refused, until there is room."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from tests.embedded.installation import Installation, leasehold, wait_until
from tests.faults.disks import fill, small_disk
from tests.licensing.vendor import issue_license, scalar
from tests.races.fleet import device_body

_MOST_BEATS = 5000


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """`leasehold up` on a disk of its own."""
    with small_disk(tmp_path / "disk", "400m"):
        installation = Installation(tmp_path / "disk" / "data")
        installation.output = tmp_path / "out"
        installation.start()
        yield installation
        assert installation.stop() == 0, installation.said


class Caller:
    """A program of a customer's, with a session."""

    def __init__(self, running: Installation) -> None:
        self._port = running.server_port
        self._owner = database_for(Configuration(data_dir=running.data_dir), Role.OWNER)
        words = ("api-key", "create", "--name=test", "--scope=license", "--json")
        self._api_key = json.loads(leasehold(*words, LEASEHOLD_DATA_DIR=str(running.data_dir)).stdout)["api_key"]
        body = device_body(issue_license(self._owner), 1)
        assert self._call("license/activate", body | {"device_name": "Laptop", "device_type": "laptop"})[0] == 201
        self._token = self._call("session/start", body)[1]["session_token"]
        self.acknowledged = 0

    def beat(self) -> tuple[int, dict[str, str]]:
        """One heartbeat: the status and the document of the answer; what is acknowledged is counted."""
        status, told = self._call("session/heartbeat", {"session_token": self._token})
        self.acknowledged += status == 200
        return status, told

    @property
    def known(self) -> int:
        """How many heartbeats the database has."""
        with self._owner.connect(application="test") as connection:
            return int(str(scalar(connection, "SELECT count(*) FROM license_heartbeats")))

    def _call(self, path: str, body: dict[str, str]) -> tuple[int, dict[str, str]]:
        headers = {"X-API-Key": self._api_key, "Content-Type": "application/json"}
        request = Request(f"http://127.0.0.1:{self._port}/api/v1/{path}", json.dumps(body).encode(), headers)
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            return refused.code, json.load(refused)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_what_is_acknowledged_stays_and_the_rest_is_refused_until_there_is_room(running: Installation) -> None:
    caller = Caller(running)
    ballast = running.data_dir.with_name("ballast")
    fill(ballast)
    status, told = caller.beat()
    while status == 200:
        assert caller.acknowledged < _MOST_BEATS
        status, told = caller.beat()
    assert (status, told["code"]) == (503, "unavailable")
    assert told["detail"].endswith("seconds.")

    ballast.unlink()
    wait_until(lambda: caller.beat()[0] == 200, "it goes on by itself")
    assert caller.known >= caller.acknowledged
    assert running.answers(running.panel_port, "/sign-in")
    assert "Traceback" not in running.logs()
