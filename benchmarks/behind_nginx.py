"""The license server as operators run it, and an nginx of its own in front, installed by `leasehold nginx install`."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

API_NAME = "localhost"
_SECONDS_TO_START = 60
_MAIN = """
user {user};
worker_processes auto;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {directory}/access.log;
    include {directory}/*.site;
}}
"""


@dataclass(frozen=True)
class Addresses:
    """Ports of the license server itself and of nginx's TLS, and the server's first process."""

    direct: int
    proxied: int
    server: subprocess.Popen[bytes]


@contextmanager
def license_server_behind_nginx(
    directory: Path, environment: Mapping[str, str], *, workers: int
) -> Iterator[Addresses]:
    """Both, ready; nginx's files are in `directory`, which nginx's user must be able to enter."""
    direct, proxied, plain = (free_port() for _ in range(3))
    environment = {
        **environment, "LEASEHOLD_SERVER_PORT": str(direct), "LEASEHOLD_SERVER_WORKERS": str(workers),
        "PATH": f"{_wrapper(directory)}:{environment['PATH']}",
    }  # fmt: skip
    server = subprocess.Popen([sys.executable, "-m", "leasehold", "server"], env=environment)
    nginx = subprocess.Popen([str(directory / "bin" / "nginx"), "-g", "daemon off;"])
    try:
        _wait(lambda: _answers(direct))
        _wait((directory / "nginx.pid").exists)
        subprocess.run(
            [sys.executable, "-m", "leasehold", "nginx", "install", "--self-signed", "--api-name", API_NAME,
             "--panel-name", "panel.localhost", "--http-port", str(plain), "--https-port", str(proxied),
             "--log-directory", str(directory), "--file", str(directory / "leasehold.site")],
            env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        _wait(lambda: _answers(proxied, trusting()))
        yield Addresses(direct, proxied, server)
    finally:
        server.send_signal(signal.SIGTERM)
        nginx.send_signal(signal.SIGQUIT)
        server.wait()
        nginx.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trusting() -> ssl.SSLContext:
    """A client that takes the certificate of a trial."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _wrapper(directory: Path) -> Path:
    """A directory whose `nginx` is the system's, on files of its own."""
    directory.chmod(0o755)
    user = "www-data" if os.geteuid() == 0 else "nobody"
    (directory / "nginx.conf").write_text(_MAIN.format(directory=directory, user=user))
    (directory / "bin").mkdir()
    program = directory / "bin" / "nginx"
    program.write_text(f'#!/bin/sh\nexec /usr/sbin/nginx -p {directory} -c {directory}/nginx.conf "$@"\n')
    program.chmod(0o755)
    return program.parent


def _answers(port: int, context: ssl.SSLContext | None = None) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            connection = context.wrap_socket(plain, server_hostname=API_NAME) if context else plain
            connection.sendall(f"GET /health/ready HTTP/1.1\r\nHost: {API_NAME}\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while not holds():
        if time.monotonic() > deadline:
            sys.exit("a program did not start; see its output above")
        time.sleep(0.05)
