"""Durable heartbeats against an empty endpoint: how much the license server does, in units of doing nothing.

One uvicorn process each, same settings, same machine, same run, rounds in turn. A heartbeat goes through HTTP,
authentication, the engine and a commit to the embedded PostgreSQL with its default durability; the empty endpoint is
FastAPI's with a pydantic body and a header, and answers without doing anything. Load comes from wrk.

    python benchmarks/heartbeats.py [--rounds 5] [--seconds 4] [--connections 16 64] [--sessions 2000]
"""

import argparse
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heartbeat_load import PATH, check_tools, embedded_database, environment_for, load, tell

SECONDS_TO_START = 60


def main() -> None:
    arguments = _arguments()
    check_tools("wrk")
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory,
        embedded_database(Path(directory)) as database,
    ):
        environment = environment_for(Path(directory), database, arguments.sessions)
        with (
            serving("leasehold.server.app:create_app", environment) as license_server,
            serving("empty_endpoint:create_app", environment) as empty,
        ):
            _compare(license_server, empty, environment, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Heartbeats against an empty FastAPI endpoint.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--sessions", type=int, default=2000)
    return parser.parse_args()


@contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[str]:
    """One uvicorn process; gives its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "uvicorn", application, "--factory", "--port", str(port), "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--no-proxy-headers", "--no-server-header", "--no-date-header",
        "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit("a server did not start; see its output above")


def _compare(license_server: str, empty: str, environment: dict[str, str], arguments: argparse.Namespace) -> None:
    for connections in arguments.connections:
        beats, nothing = [], []
        for url in (license_server + PATH, empty + "/empty"):
            load(url, environment, connections=connections, seconds=2)  # what is first done once is not counted
        for _ in range(arguments.rounds):
            beats.append(load(license_server + PATH, environment, connections=connections,
                               seconds=arguments.seconds))  # fmt: skip
            nothing.append(load(empty + "/empty", environment, connections=connections, seconds=arguments.seconds))
        print(f"{connections} connections, medians of {arguments.rounds} rounds of {arguments.seconds} s, one worker")
        tell("durable heartbeat", beats)
        tell("empty endpoint", nothing)
        ratio = statistics.median(figures.rate for figures in beats) / statistics.median(
            figures.rate for figures in nothing
        )
        print(f"  heartbeats / empty: {ratio:.2f}")


if __name__ == "__main__":
    main()
