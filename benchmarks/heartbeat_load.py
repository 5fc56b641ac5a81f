"""Heartbeats as load: an embedded PostgreSQL with live sessions in it, and wrk that sends their heartbeats."""

import os
import re
import shutil
import statistics
import subprocess
import sys
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
PATH = "/api/v1/session/heartbeat"
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


def check_tools(*programs: str) -> None:
    """End with a sentence where one of them is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: install it (Debian: apt-get install {program}), then run this again.")


@dataclass(frozen=True)
class Figures:
    """One round: answers a second, latencies in milliseconds, answers that were errors."""

    rate: float
    p50: float
    p99: float
    errors: int


@contextmanager
def embedded_database(data_dir: Path) -> Iterator[Database]:
    """The embedded PostgreSQL as `leasehold up` runs it, migrated."""
    cluster = Cluster(data_dir)
    cluster.start(subprocess.DEVNULL)
    try:
        owner = database_for(load_configuration(data_dir=data_dir, database_url=None), Role.OWNER)
        migrate(owner, Unguarded())
        yield owner
    finally:
        cluster.stop()


def environment_for(data_dir: Path, database: Database, sessions: int) -> dict[str, str]:
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


def tell(name: str, rounds: list[Figures]) -> None:
    rate = statistics.median(figures.rate for figures in rounds)
    p50 = statistics.median(figures.p50 for figures in rounds)
    p99 = statistics.median(figures.p99 for figures in rounds)
    spread = f"{min(figures.rate for figures in rounds):,.0f} to {max(figures.rate for figures in rounds):,.0f}"
    errors = sum(figures.errors for figures in rounds)
    print(f"  {name:18} {rate:9,.0f}/s ({spread})  p50 {p50:5.2f} ms  p99 {p99:6.2f} ms  errors {errors}")


def load(url: str, environment: dict[str, str], *, connections: int, seconds: int) -> Figures:
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
