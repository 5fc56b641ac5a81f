"""The real license server in two processes, and client processes that hammer it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.kit.database import Database
from tests.licensing.vendor import ACTOR, fingerprint

_CLIENT = Path(__file__).with_name("client.py")
_PATIENCE = 60.0

Request = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """What a client sent and got. Status 0: never answered."""

    path: str
    sent: dict[str, Any]
    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Fleet:
    """A license server at `port`, and a key for it."""

    port: int
    api_key: str

    def hammer(self, threads: Sequence[Sequence[Request]], *, processes: int = 32) -> "Hammering":
        """Client processes that run the threads between them, started and waiting for `go`."""
        started = []
        for number in range(min(processes, len(threads))):
            job = {
                "host": "127.0.0.1",
                "port": self.port,
                "api_key": self.api_key,
                "threads": [list(thread) for thread in threads[number::processes]],
            }
            process = subprocess.Popen(
                [sys.executable, "-S", "-E", str(_CLIENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            assert process.stdin is not None
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            started.append(process)
        return Hammering(started)


class Hammering:
    """Clients at work."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes
        self._reader: threading.Thread | None = None
        self._outputs: list[str] = []
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def go(self) -> None:
        """All at once."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def done(self) -> bool:
        """Whether all clients have finished."""
        return self._reader is not None and not self._reader.is_alive()

    def answers(self) -> list[Answer]:
        """What each request came to, in the order of each thread."""
        assert self._reader is not None
        self._reader.join()
        return [Answer(*row) for output in self._outputs for thread in json.loads(output) for row in thread]

    def _read(self) -> None:
        self._outputs = [process.communicate(timeout=_PATIENCE)[0] for process in self._processes]


@contextmanager
def license_server(database: Database, url: str, data_dir: Path, *, workers: int = 2) -> Iterator[Fleet]:
    """`leasehold server` on a free port, ready, with an API key; ended at the end."""
    port = free_port()
    environment = os.environ | {
        "LEASEHOLD_DATABASE_URL": url,
        "LEASEHOLD_DATA_DIR": str(data_dir),
        "LEASEHOLD_SERVER_WORKERS": str(workers),
        "LEASEHOLD_SERVER_PORT": str(port),
    }
    log = (data_dir / "server.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "leasehold", "server"], env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(port, process)
        yield Fleet(port, _api_key(database))
    finally:
        process.terminate()
        process.wait(_PATIENCE)
        log.close()


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def activations(key: str, count: int) -> list[list[Request]]:
    """`count` devices that activate, a thread each."""
    return [
        [("license/activate", device_body(key, number) | {"device_name": f"Rechner {number}", "device_type": "laptop"})]
        for number in range(count)
    ]


def device_body(key: str, number: int) -> dict[str, Any]:
    """What names a device of a license."""
    return {"license_key": key, "hardware_fingerprint": fingerprint(number)}


def _api_key(database: Database) -> str:
    key = new_api_key(datetime.now(UTC).year)
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        connection.execute(
            "INSERT INTO api_keys (name, digest, hint, scopes) VALUES ('test', %s, %s, '{license}')",
            (digest(key), key[:8]),
        )
    return key


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the license server ended by itself"
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            try:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
    raise AssertionError("the license server did not get ready")
