"""A real nginx in front of the real license server and panel, installed by the command that operators use."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from leasehold.api_keys.key_format import digest, new_api_key
from tests.conftest import FreshDatabase
from tests.licensing.vendor import ACTOR

API = "api.example.com"
PANEL = "admin.example.com"
_PATIENCE = 30.0
_NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
_MAIN = """
user {user};
pid {directory}/nginx.pid;
error_log {directory}/logs/main-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {directory}/logs/main-access.log;
    include {directory}/sites/*.conf;
}}
"""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Proxied:
    """The directory has `data` (the installation), `logs` and `sites` (nginx's)."""

    directory: Path
    http_port: int
    https_port: int
    environment: dict[str, str]
    api_key: str = ""
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        return self.directory / "data"

    def leasehold(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end."""
        command = [sys.executable, "-m", "leasehold", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, check=False, text=True, timeout=60)

    def nginx_verb(self, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of `leasehold nginx` for this site."""
        return self.leasehold(
            "nginx", verb, "--api-name", API, "--panel-name", PANEL, "--http-port", str(self.http_port),
            "--https-port", str(self.https_port), "--log-directory", str(self.directory / "logs"), *arguments,
        )  # fmt: skip

    def install(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.nginx_verb("install", "--file", str(self.directory / "sites" / "leasehold.conf"), *arguments)

    def start(self, verb: str) -> None:
        """Start the license server or the panel, and wait for its socket to answer."""
        command = [sys.executable, "-m", "leasehold", verb]
        with (self.directory / "logs" / f"{verb}.log").open("ab") as log:
            self.programs[verb] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        path = "/health/ready" if verb == "server" else "/"
        wait_until(lambda: self._unix_get(verb, path).startswith(b"HTTP/1.1 200"), f"{verb} answers")

    def stop(self, verb: str) -> None:
        self.programs[verb].send_signal(signal.SIGTERM)
        assert self.programs.pop(verb).wait(_PATIENCE) == 0

    def raw(self, request: bytes, *, tls: bool = True, name: str | None = API) -> bytes:
        """Send these very bytes; gives all that comes back."""
        with self.connection(tls=tls, name=name) as connection:
            connection.sendall(request)
            return read_all(connection)

    def connection(self, *, tls: bool = True, name: str | None = API) -> socket.socket:
        port = self.https_port if tls else self.http_port
        plain = socket.create_connection(("127.0.0.1", port), _PATIENCE)
        return trusting().wrap_socket(plain, server_hostname=name) if tls else plain

    def ask(self, path: str, *, name: str = API, method: str = "GET", body: bytes = b"", tls: bool = True,
            headers: dict[str, str] | None = None) -> Reply:  # fmt: skip
        """One request, one answer."""
        lines = {"Host": name, "Connection": "close", "Content-Length": str(len(body)), **(headers or {})}
        head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
        return parse(self.raw(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body, tls=tls, name=name))

    def call(self, path: str, body: bytes, **headers: str) -> Reply:
        """One call of the License API."""
        wanted = {"Content-Type": "application/json", "X-API-Key": self.api_key, **headers}
        return self.ask(f"/api/v1/{path}", method="POST", body=body, headers=wanted)

    def logs(self) -> str:
        """All that nginx has written, in whichever file."""
        subprocess.run([str(self.directory / "bin" / "nginx"), "-s", "reopen"], check=True)  # flushes them
        return "".join(path.read_text(errors="replace") for path in sorted((self.directory / "logs").iterdir()))

    def _unix_get(self, verb: str, path: str) -> bytes:
        assert self.programs[verb].poll() is None, (self.directory / "logs" / f"{verb}.log").read_text()
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_PATIENCE)
                connection.connect(str(self.data_dir / "run" / f"{verb}.sock"))
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                return read_all(connection)
        except OSError:
            return b""


def trusting() -> ssl.SSLContext:
    """A client that takes every certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def read_all(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except (ConnectionResetError, ssl.SSLEOFError):
        pass
    return b"".join(parts)


def parse(answer: bytes) -> Reply:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Reply(int(status.split()[1]), headers, body)


def wait_until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


@contextmanager
def proxied(fresh: FreshDatabase | None) -> Iterator[Proxied]:
    """nginx with no site yet, and everything that is needed to start the programs on `fresh`."""
    assert _NGINX, "these tests need nginx: apt-get install nginx"
    with tempfile.TemporaryDirectory(prefix="leasehold-nginx-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        for part in ("data", "logs", "sites", "bin"):
            (directory / part).mkdir()
        user = "www-data" if os.geteuid() == 0 else "nobody"
        (directory / "nginx.conf").write_text(_MAIN.format(directory=directory, user=user))
        wrapper = directory / "bin" / "nginx"
        wrapper.write_text(f'#!/bin/sh\nexec {_NGINX} -p {directory} -c {directory}/nginx.conf "$@"\n')
        wrapper.chmod(0o755)
        http, https, server, panel = _free_ports(4)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LEASEHOLD_")} | {
            "PATH": f"{directory / 'bin'}:{os.environ['PATH']}",
            "LEASEHOLD_DATA_DIR": str(directory / "data"),
            "LEASEHOLD_SERVER_PORT": str(server),
            "LEASEHOLD_PANEL_PORT": str(panel),
            "LEASEHOLD_PANEL_URL": f"https://{PANEL}:{https}",
        }
        if fresh is not None:
            environment["LEASEHOLD_DATABASE_URL"] = fresh.url
        proxy = Proxied(directory, http, https, environment)
        if fresh is not None:
            proxy.api_key = _new_key(fresh)
        nginx = subprocess.Popen([str(wrapper), "-g", "daemon off;"])
        try:
            wait_until((directory / "nginx.pid").exists, "nginx runs")
            yield proxy
        finally:
            for verb in list(proxy.programs):
                proxy.stop(verb)
            nginx.send_signal(signal.SIGQUIT)
            assert nginx.wait(_PATIENCE) == 0


def _new_key(fresh: FreshDatabase) -> str:
    key = new_api_key(datetime.now(UTC).year)
    with fresh.owner.connect(application="test") as connection:
        ACTOR.sign(connection)
        connection.execute(
            "INSERT INTO api_keys (name, digest, hint, scopes) VALUES ('test', %s, %s, '{license}')",
            (digest(key), key[-4:]),
        )
    return key


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
