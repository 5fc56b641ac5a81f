"""What a scrape of /metrics costs the license server, in time of its processors.

    python benchmarks/metrics_scrape.py [--scrapes 10] [--workers 2]

Each scrape comes when the figures of the one before have grown old, so that it reads the database anew; what the server
takes in as much time without scrapes is taken off. The promise: scraped every 15 s, under 1 % of a worker.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from heartbeat_load import embedded_database, environment_for

EVERY_SECONDS = 15
PROMISED_SHARE = 0.01
GROWN_OLD_SECONDS = 5.2
SECONDS_TO_START = 60
ENDPOINTS = ("license/validate", "license/activate", "session/start", "session/heartbeat", "session/end")


def main() -> None:
    parser = argparse.ArgumentParser(description="What a scrape of /metrics costs.")
    parser.add_argument("--scrapes", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-scrapes-", ignore_cleanup_errors=True) as directory,
        embedded_database(Path(directory)) as database,
    ):
        environment = environment_for(Path(directory), database, sessions=1)
        with database.connect(application="benchmark") as connection:
            connection.execute("SELECT set_config('leasehold.actor', 'benchmark', true)")
            connection.execute("UPDATE api_keys SET scopes = '{license,metrics}'")
        port = _free_port()
        environment |= {"LEASEHOLD_SERVER_PORT": str(port), "LEASEHOLD_SERVER_WORKERS": str(arguments.workers)}
        with subprocess.Popen([sys.executable, "-P", "-m", "leasehold", "server"], env=environment) as server:
            _wait_for(port, server)
            share = _measure(server.pid, f"http://127.0.0.1:{port}", environment["API_KEY"], arguments)
            server.send_signal(signal.SIGTERM)
    sys.exit(0 if share < PROMISED_SHARE else 1)


def _measure(pid: int, url: str, key: str, arguments: argparse.Namespace) -> float:
    for endpoint in ENDPOINTS:  # a series for each
        _ask(f"{url}/api/v1/{endpoint}", key, b"{}")
    size = max(len(_ask(f"{url}/metrics", key)) for _ in range(2 * arguments.workers))  # what is first done once
    before = _seconds(pid)
    time.sleep(arguments.scrapes * GROWN_OLD_SECONDS)
    idle = _seconds(pid) - before
    before, began = _seconds(pid), time.monotonic()
    for number in range(1, arguments.scrapes + 1):
        _ask(f"{url}/metrics", key)
        time.sleep(max(0.0, began + number * GROWN_OLD_SECONDS - time.monotonic()))
    scrape = (_seconds(pid) - before - idle) / arguments.scrapes
    share = scrape / EVERY_SECONDS
    print(f"{arguments.workers} workers, {arguments.scrapes} scrapes of {size} bytes, load {os.getloadavg()[0]:.1f}")
    print(f"a scrape takes {scrape * 1000:.1f} ms: every {EVERY_SECONDS} s, {share:.2%} of a worker (promised < 1 %)")
    return share


def _seconds(pid: int) -> float:
    """What the process and those that it has started have had of the processors so far."""
    entry = Path(f"/proc/{pid}")
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in (entry / "task").iterdir()) / 1e9
    children = (entry / "task" / str(pid) / "children").read_text().split()
    return own + sum(_seconds(int(child)) for child in children)


def _ask(url: str, key: str, body: bytes | None = None) -> bytes:
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as refusal:
        return bytes(refusal.read())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("the license server did not start; see its output above")


if __name__ == "__main__":
    main()
