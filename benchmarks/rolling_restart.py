"""Replace every process of the license server again and again under load, and count what its clients notice.

    python benchmarks/rolling_restart.py [--times 3] [--clients 16] [--workers 2]

Directly and through nginx with TLS. The promise: no heartbeat fails beyond those that one immediate retry mends, and
no session is lost.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

from beating import Beats, Connect, beating, plainly, through_proxy
from behind_nginx import API_NAME, license_server_behind_nginx, trusting
from heartbeat_load import check_tools, embedded_database, environment_for

from leasehold.kit.database import Database

SECONDS_BETWEEN = 1.0


def main() -> None:
    arguments = _arguments()
    check_tools("nginx")
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as data,
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-nginx-", ignore_cleanup_errors=True) as directory,
    ):
        Path(data).chmod(0o711)
        with embedded_database(Path(data)) as database:
            environment = environment_for(Path(data), database, arguments.clients)
            tokens = [UUID(line) for line in Path(environment["TOKENS"]).read_text().split()]
            with license_server_behind_nginx(Path(directory), environment, workers=arguments.workers) as addresses:
                ways = {
                    "direct": plainly(addresses.direct),
                    "through nginx, TLS": through_proxy(API_NAME, addresses.proxied, trusting()),
                }
                counted = [_replace(name, way, environment, tokens, arguments.times) for name, way in ways.items()]
            lost = len(tokens) - _live_sessions(database)
    print(f"sessions lost: {lost} of {len(tokens)}")
    sys.exit(0 if lost == 0 and not any(beats.failed for beats in counted) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rolling restarts under load.")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def _replace(name: str, way: Connect, environment: dict[str, str], tokens: list[UUID], times: int) -> Beats:
    with beating(way, environment["API_KEY"], tokens, API_NAME) as beats:
        for _ in range(times):
            time.sleep(SECONDS_BETWEEN)
            command = [sys.executable, "-m", "leasehold", "reload"]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        time.sleep(SECONDS_BETWEEN)
    print(
        f"{name:20} {times} replacements, {beats.sent:,} heartbeats: {beats.mended} mended by one retry, "
        f"{len(beats.failed)} failed"
    )
    for failure in beats.failed[:5]:
        print(f"  {failure}")
    return beats


def _live_sessions(database: Database) -> int:
    with database.connect(application="benchmark") as connection:
        row = connection.execute("SELECT count(*) FROM license_sessions").fetchone()
    return int(str(row[0])) if row else 0


if __name__ == "__main__":
    main()
