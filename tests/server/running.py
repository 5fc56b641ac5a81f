"""The real license server in a process of its own, on a real database, and a client for it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.kit.database import Database
from leasehold.kit.orm import engine_of
from tests.conftest import FreshDatabase
from tests.licensing.vendor import ACTOR

_PATIENCE = 30.0
_SERVE = Path(__file__).with_name("serve.py")


@dataclass
class RunningServer:
    """A server, its database as the owner sees it, and a key that may do all that clients do."""

    base_url: str
    database: Database
    fresh: FreshDatabase
    api_key: str
    process: subprocess.Popen[bytes]
    log: Path
    was_killed: bool = False

    def kill(self) -> None:
        """kill -9: nothing is finished, nothing is tidied up."""
        self.was_killed = True
        self.process.kill()
        self.process.wait(_PATIENCE)

    def client(self, **headers: str) -> httpx2.Client:
        """A client with the API key and further headers."""
        return httpx2.Client(base_url=self.base_url, headers={"X-API-Key": self.api_key, **headers}, timeout=10)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
        """One call of the License API."""
        with self.client(**headers) as client:
            return client.post(f"/api/v1/{path}", json=body)

    def change(self, statement: str, *parameters: object) -> None:
        """Change rows in the owner's name."""
        with self.database.connect(application="test") as connection:
            ACTOR.sign(connection)
            connection.execute(statement, parameters)

    def read(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows, as the owner sees them."""
        with self.database.connect(application="test") as connection:
            return list(connection.execute(statement, parameters))

    def new_key(self, name: str, scopes: Sequence[str] = ("license",), expires_at: datetime | None = None) -> str:
        """A further API key."""
        key = new_api_key(datetime.now(UTC).year)
        self.change(
            "INSERT INTO api_keys (name, digest, hint, scopes, expires_at) VALUES (%s, %s, %s, %s, %s)",
            name, digest(key), key[-4:], list(scopes), expires_at,
        )  # fmt: skip
        return key

    def wait_until(self, holds: Any, seconds: float = _PATIENCE) -> None:
        """Wait for a condition, at most so long."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "what was waited for did not come"
            time.sleep(0.02)

    def set_setting(self, name: str, value: int) -> None:
        """As an operator does; the server hears of it."""
        self.change(
            "INSERT INTO settings (name, value) VALUES (%s, to_jsonb(%s::int))"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name, value,
        )  # fmt: skip


@contextmanager
def running_server(
    fresh: FreshDatabase,
    data_dir: Path,
    *,
    ready: bool = True,
    trusted_proxies: str = "",
    key_name: str = "test",
    environment: Mapping[str, str] | None = None,
) -> Iterator[RunningServer]:
    """The server on a socket that it inherits; stopped in order at the end, which must succeed."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        log = data_dir / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-W", "error", str(_SERVE), str(listener.fileno())],
                env=os.environ
                | {
                    "LEASEHOLD_DATABASE_URL": fresh.url,
                    "LEASEHOLD_DATA_DIR": str(data_dir),
                    "LEASEHOLD_TRUSTED_PROXIES": trusted_proxies,
                }
                | dict(environment or {}),
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno()],
            )
    server = RunningServer(f"http://127.0.0.1:{port}", fresh.owner, fresh, "", process, log)
    try:
        server.wait_until(lambda: _answers(server, "/health/live", 200))
        if ready:
            server.wait_until(lambda: _answers(server, "/health/ready", 200))
            server.api_key = server.new_key(key_name)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(_PATIENCE)
        engine_of(server.database).dispose()
    assert server.was_killed or status in {0, -signal.SIGTERM}, log.read_text()


def _answers(server: RunningServer, path: str, status: int) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    try:
        return httpx2.get(server.base_url + path, timeout=5).status_code == status
    except httpx2.TransportError:
        return False
