"""Expand and contract: what the commit before this one runs goes on serving once this one has migrated the database."""

import json
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.embedded.installation import Installation, leasehold

ROOT = Path(__file__).parents[2]


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)


@pytest.fixture
def previous(tmp_path: Path) -> Iterator[Installation]:
    """`leasehold up` of the commit before this one."""
    try:
        archive = _git("archive", "--format=tar", "HEAD~1", "src")
    except FileNotFoundError:
        pytest.skip("git is not installed, so there is no commit before this one")
    if archive.returncode != 0:
        pytest.skip(f"the commit before this one is not here: {archive.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(tmp_path, filter="data")
    running = Installation(tmp_path / "data", environment={"PYTHONPATH": str(tmp_path / "src")})
    running.start()
    yield running
    running.stop()


class Caller:
    """A program of a customer's, with what it needs to call the License API."""

    def __init__(self, running: Installation) -> None:
        self._port = running.server_port
        self._environment = {**running.environment, "LEASEHOLD_DATA_DIR": str(running.data_dir)}
        self._api_key = self._verb("api-key", "create", "--name=test", "--scope=license")["api_key"]
        license_ = self._verb("license", "create", "--customer=Acme", "--product=studio", "--device-limit=2")
        self._license_key = license_["license_key"]

    def _verb(self, *arguments: str) -> dict[str, str]:
        done = leasehold(*arguments, "--json", **self._environment)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def call(self, path: str, **body: object) -> dict[str, str]:
        """The answer; raises where it is a refusal."""
        headers = {"X-API-Key": self._api_key, "Content-Type": "application/json"}
        content = json.dumps({"license_key": self._license_key, **body}).encode()
        request = Request(f"http://127.0.0.1:{self._port}/api/v1/{path}", content, headers)
        with urlopen(request, timeout=10) as answer:
            return dict(json.load(answer))

    def begin(self, number: int) -> str:
        """Activate a device and start a session on it; returns the token."""
        fingerprint = f"fingerprint-{number:016}"
        self.call("license/activate", hardware_fingerprint=fingerprint, device_name="Laptop", device_type="laptop")
        return self.call("session/start", hardware_fingerprint=fingerprint)["session_token"]


def test_the_previous_commit_serves_the_schema_of_this_one(previous: Installation) -> None:
    caller = Caller(previous)
    token = caller.begin(1)
    done = leasehold(
        "migrate", "--without-backup", "change without a backup", LEASEHOLD_DATA_DIR=str(previous.data_dir)
    )
    assert done.returncode == 0, done.stderr
    assert caller.call("session/heartbeat", session_token=token)["status"] == "live"
    assert caller.call("license/validate")["code"] == "valid"
    assert caller.call("session/end", session_token=caller.begin(2))["end_reason"] == "client"
    assert previous.answers(previous.panel_port, "/sign-in")
