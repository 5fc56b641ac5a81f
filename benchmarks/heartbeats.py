"""Durable heartbeats against an empty endpoint: how much the license server does, in units of doing nothing.

One uvicorn process each, same settings, same machine, same run, rounds in turn. A heartbeat goes through HTTP,
authentication, the engine and a commit to the embedded PostgreSQL with its default durability; the empty endpoint is
FastAPI's with a pydantic body and a header, and answers without doing anything. Load comes from wrk.

    python benchmarks/heartbeats.py [--rounds 5] [--seconds 4] [--connections 16 64] [--sessions 2000]
"""

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg

from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Database, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.licensing.license_key import new_license_key
from leasehold.migrations.runner import migrate

HERE = Path(__file__).parent
SECONDS_TO_START = 60
HEARTBEATS = """
local tokens = {}
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
local next_token = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("API_KEY")
request = function()
  next_token = next_token % #tokens + 1
  return wrk.format(nil, nil, nil, '{"session_token":"' .. tokens[next_token] .. '"}')
end
"""


@dataclass(frozen=True)
class Figures:
    """One round: answers a second, latencies in milliseconds, answers that were errors."""

    rate: float
    p50: float
    p99: float
    errors: int


def main() -> None:
    arguments = _arguments()
    if shutil.which("wrk") is None:
        sys.exit(
            "wrk is missing, and it makes the load: install it (Debian: apt-get install wrk), then run this again."
        )
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory,
        _database(Path(directory)) as database,
    ):
        environment = _environment(Path(directory), database, arguments.sessions)
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
def _database(data_dir: Path) -> Iterator[Database]:
    """The embedded PostgreSQL as `leasehold up` runs it, migrated."""
    cluster = Cluster(data_dir)
    cluster.start(subprocess.DEVNULL)
    try:
        owner = database_for(load_configuration(data_dir=data_dir, database_url=None), Role.OWNER)
        migrate(owner, Unguarded())
        yield owner
    finally:
        cluster.stop()


def _environment(data_dir: Path, database: Database, sessions: int) -> dict[str, str]:
    tokens = data_dir / "tokens"
    key = new_api_key(datetime.now(UTC).year)
    with database.connect(application="benchmark") as connection:
        tokens.write_text("\n".join(_live_sessions(connection, sessions, key)) + "\n")
    script = data_dir / "heartbeats.lua"
    script.write_text(HEARTBEATS)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEASEHOLD_")}
    return clean | {
        "LEASEHOLD_DATA_DIR": str(data_dir),
        "TOKENS": str(tokens),
        "API_KEY": key,
        "SCRIPT": str(script),
        "PYTHONPATH": str(HERE),
    }


def _live_sessions(connection: psycopg.Connection[tuple[object, ...]], count: int, key: str) -> list[str]:
    """An API key and `count` live sessions, each under a license of its own."""
    connection.execute("SELECT set_config('leasehold.actor', 'benchmark', true)")
    connection.execute("UPDATE runtime SET session_timeout = 86400")
    connection.execute(
        "INSERT INTO api_keys (name, digest, hint, scopes) VALUES ('benchmark', %s, %s, '{license}')",
        (digest(key), key[-4:]),
    )
    connection.execute("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    connection.execute("INSERT INTO institutions (name) VALUES ('Acme GmbH')")
    connection.execute("INSERT INTO customers (institution_id) SELECT id FROM institutions")
    tokens = [str(uuid4()) for _ in range(count)]
    for token in tokens:
        connection.execute(
            "WITH l AS (INSERT INTO licenses (license_key, customer_id, product_id, device_limit,"
            " concurrent_sessions_limit) SELECT %s, c.id, p.id, 1, 1 FROM customers AS c, products AS p RETURNING id),"
            " t AS (INSERT INTO license_terms (license_id, period, kind)"
            " SELECT id, tstzrange(clock_timestamp(), NULL), 'initial' FROM l),"
            " d AS (INSERT INTO device_registrations (license_id, hardware_fingerprint, device_name, device_type,"
            " status, slot, device_limit, first_activated_at, last_seen_at, changed_by, change_request_id)"
            " SELECT id, 'benchmark-fingerprint', 'benchmark', 'server', 'active', 1, 1, now(), now(), 'benchmark',"
            " 'benchmark' FROM l RETURNING license_id, id)"
            " INSERT INTO license_sessions (license_id, session_token, device_id, slot, concurrent_sessions_limit,"
            " started_at, last_heartbeat_at) SELECT license_id, %s, id, 1, 1, now(), now() FROM d",
            (new_license_key(), token),
        )
    return tokens


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
        for url in (license_server + "/api/v1/session/heartbeat", empty + "/empty"):
            _load(url, environment, connections=connections, seconds=2)  # what is first done once is not counted
        for _ in range(arguments.rounds):
            beats.append(_load(license_server + "/api/v1/session/heartbeat", environment, connections=connections,
                               seconds=arguments.seconds))  # fmt: skip
            nothing.append(_load(empty + "/empty", environment, connections=connections, seconds=arguments.seconds))
        print(f"{connections} connections, medians of {arguments.rounds} rounds of {arguments.seconds} s, one worker")
        _tell("durable heartbeat", beats)
        _tell("empty endpoint", nothing)
        ratio = statistics.median(figures.rate for figures in beats) / statistics.median(
            figures.rate for figures in nothing
        )
        print(f"  heartbeats / empty: {ratio:.2f}")


def _tell(name: str, rounds: list[Figures]) -> None:
    rate = statistics.median(figures.rate for figures in rounds)
    p50 = statistics.median(figures.p50 for figures in rounds)
    p99 = statistics.median(figures.p99 for figures in rounds)
    spread = f"{min(figures.rate for figures in rounds):,.0f} to {max(figures.rate for figures in rounds):,.0f}"
    errors = sum(figures.errors for figures in rounds)
    print(f"  {name:18} {rate:9,.0f}/s ({spread})  p50 {p50:5.2f} ms  p99 {p99:6.2f} ms  errors {errors}")


def _load(url: str, environment: dict[str, str], *, connections: int, seconds: int) -> Figures:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", environment["SCRIPT"], url]
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if rate is None:
        sys.exit(f"wrk said something unexpected:\n{text}")
    return Figures(float(rate[1]), _latency(text, "50%"), _latency(text, "99%"), int(errors[1]) if errors else 0)


def _latency(text: str, percentile: str) -> float:
    """Milliseconds, of a line such as `99%   12.34ms`."""
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)\b", text)
    if found is None:
        sys.exit(f"wrk said something unexpected:\n{text}")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


if __name__ == "__main__":
    main()
