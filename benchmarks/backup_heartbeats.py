"""How long heartbeats wait while a backup is dumped and tried, and how much their table grows.

Heartbeats go through HTTP, authentication, the engine and a durable commit, as many as wrk gets answered; first alone,
then beside dumps and trials one after the other. The bounds are 250 ms for 99.9 % of them, and twice the size.

    python benchmarks/backup_heartbeats.py [--rows 1000000] [--seconds 20] [--connections 16]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from backup_create import installation
from heartbeat_load import HEARTBEATS
from heartbeats import serving

from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import programs_for, server_major
from leasehold.backups.database.verifying import verify
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Database, Role, database_for

LONGEST_WAIT_MS = 250
MOST_GROWTH = 2.0
TELL = """
done = function(summary, latency, requests)
  print(string.format("answers=%d errors=%d p50=%.2f p99=%.2f p999=%.2f max=%.2f", summary.requests,
    summary.errors.status + summary.errors.timeout + summary.errors.read, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency:percentile(99.9) / 1000, latency.max / 1000))
end
"""
SIZE = "SELECT pg_relation_size('license_sessions')"


def main() -> None:
    parser = argparse.ArgumentParser(description="How long heartbeats wait while a backup is made.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit(
            "wrk is missing, and it makes the load: install it (Debian: apt-get install wrk), then run this again."
        )
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory,
        installation(Path(directory), arguments.rows) as configuration,
    ):
        environment = _environment(configuration)
        with serving("leasehold.server.app:create_app", environment) as url:
            _measure(url, environment, configuration, arguments)


def _environment(configuration: Configuration) -> dict[str, str]:
    """Heartbeats for every live session, none of which ends."""
    key = new_api_key(datetime.now(UTC).year)
    with database_for(configuration, Role.OWNER).connect(application="benchmark") as connection:
        connection.execute("SELECT set_config('leasehold.actor', 'benchmark', true)")
        connection.execute("UPDATE runtime SET session_timeout = 86400")
        connection.execute(
            "INSERT INTO api_keys (name, digest, hint, scopes) VALUES ('benchmark', %s, %s, '{license}')",
            (digest(key), key[-4:]),
        )
        tokens = [str(token) for (token,) in connection.execute("SELECT session_token FROM license_sessions")]
    directory = configuration.data_dir
    (directory / "tokens").write_text("\n".join(tokens) + "\n")
    (directory / "heartbeats.lua").write_text(HEARTBEATS + TELL)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LEASEHOLD_")}
    return clean | {"LEASEHOLD_DATA_DIR": str(directory), "TOKENS": str(directory / "tokens"), "API_KEY": key}


def _measure(
    url: str, environment: dict[str, str], configuration: Configuration, arguments: argparse.Namespace
) -> None:
    heartbeats = [
        "wrk", "-t1", f"-c{arguments.connections}", f"-d{arguments.seconds}s", "-s",
        str(configuration.data_dir / "heartbeats.lua"), f"{url}/api/v1/session/heartbeat",
    ]  # fmt: skip
    alone = subprocess.run(heartbeats, env=environment, capture_output=True, text=True, check=True).stdout
    owner = database_for(configuration, Role.OWNER)
    before = _size(owner)
    with subprocess.Popen(heartbeats, env=environment, stdout=subprocess.PIPE, text=True) as process:
        backups = 0
        while process.poll() is None:
            _back_up(configuration)
            backups += 1
        beside = process.stdout.read() if process.stdout else ""
    growth = _size(owner) / before
    print(f"{arguments.connections} connections, {arguments.seconds} s each")
    print(f"  alone               {_figures(alone)}")
    print(f"  beside {backups} backup(s)  {_figures(beside)}")
    print(f"  license_sessions: {before / 2**20:.1f} MiB, afterwards {growth:.2f} times as large")
    waited = float(re.search(r"p999=([\d.]+)", beside)[1])  # type: ignore[index]  # _figures found it
    if waited > LONGEST_WAIT_MS or growth > MOST_GROWTH:
        sys.exit(f"That is more than {LONGEST_WAIT_MS} ms, or more than {MOST_GROWTH} times the size.")


def _back_up(configuration: Configuration) -> None:
    database, work = database_for(configuration, Role.BACKUP), configuration.data_dir
    with database.connect(application="benchmark") as connection:
        programs = programs_for(server_major(connection))
    facts = dump(database, work / "database", programs=programs)
    verify(work / "database", facts, work / "scratch", programs)


def _size(owner: Database) -> int:
    with owner.connect(application="benchmark") as connection:
        return int(str((connection.execute(SIZE).fetchone() or (0,))[0]))


def _figures(text: str) -> str:
    found = re.search(r"answers=.*", text)
    return found[0] if found else sys.exit(f"wrk said something unexpected:\n{text}")


if __name__ == "__main__":
    main()
