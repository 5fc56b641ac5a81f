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
from tests.licensing.vendor import issue_license

_MOST_DEVICES = 1000


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
    """A program of a customer's."""

    def __init__(self, running: Installation) -> None:
        environment = {"LEASEHOLD_DATA_DIR": str(running.data_dir)}
        self._port = running.server_port
        self._owner = database_for(Configuration(data_dir=running.data_dir), Role.OWNER)
        self._license_key = issue_license(self._owner, devices=_MOST_DEVICES)
        made = leasehold("api-key", "create", "--name=test", "--scope=license", "--json", **environment)
        self._api_key = json.loads(made.stdout)["api_key"]
        self.acknowledged: list[str] = []

    def activate(self) -> tuple[int, dict[str, str]]:
        """One more device: the status and the document of the answer; what is acknowledged is written down."""
        fingerprint = f"fingerprint-{len(self.acknowledged):016}"
        body = {"license_key": self._license_key, "hardware_fingerprint": fingerprint, "device_name": "x" * 100,
                "device_type": "laptop"}  # fmt: skip
        headers = {"X-API-Key": self._api_key, "Content-Type": "application/json"}
        address = f"http://127.0.0.1:{self._port}/api/v1/license/activate"
        try:
            with urlopen(Request(address, json.dumps(body).encode(), headers), timeout=30) as answer:
                self.acknowledged.append(fingerprint)
                return answer.status, json.load(answer)
        except HTTPError as refused:
            return refused.code, json.load(refused)

    @property
    def known(self) -> set[str]:
        """What the database has."""
        with self._owner.connect(application="test") as connection:
            return {
                str(name) for (name,) in connection.execute("SELECT hardware_fingerprint FROM device_registrations")
            }


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_what_is_acknowledged_stays_and_the_rest_is_refused_until_there_is_room(running: Installation) -> None:
    caller = Caller(running)
    assert caller.activate()[0] == 201
    ballast = running.data_dir.with_name("ballast")
    fill(ballast)
    status, told = caller.activate()
    while status == 201:
        assert len(caller.acknowledged) < _MOST_DEVICES
        status, told = caller.activate()
    assert (status, told["code"]) == (503, "unavailable")
    assert told["detail"].endswith("seconds.")

    ballast.unlink()
    wait_until(lambda: caller.activate()[0] == 201, "it goes on by itself")
    assert caller.known >= set(caller.acknowledged)
    assert running.answers(running.panel_port, "/sign-in")
    assert "Traceback" not in running.logs()
