"""Durable heartbeats through nginx with TLS and keep-alive, against the direct way: same server, same two cores.

    python benchmarks/through_nginx.py [--rounds 5] [--seconds 4] [--connections 16 64] [--sessions 2000]

The promise: at least 0.5 times as many, and a p99 of at most twice. Load comes from wrk, rounds in turn.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from behind_nginx import API_NAME, Addresses, license_server_behind_nginx
from heartbeat_load import PATH, Figures, check_tools, embedded_database, environment_for, load, tell

LEAST_SHARE = 0.5
LARGEST_P99 = 2.0


def main() -> None:
    arguments = _arguments()
    check_tools("wrk", "nginx")
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as data,
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-nginx-", ignore_cleanup_errors=True) as directory,
    ):
        Path(data).chmod(0o711)
        with embedded_database(Path(data)) as database:
            environment = environment_for(Path(data), database, arguments.sessions)
            with license_server_behind_nginx(Path(directory), environment, workers=1) as addresses:
                kept = [_compare(addresses, environment, number, arguments) for number in arguments.connections]
    sys.exit(0 if all(kept) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Heartbeats through nginx against the direct way.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--sessions", type=int, default=2000)
    return parser.parse_args()


def _compare(
    addresses: Addresses, environment: dict[str, str], connections: int, arguments: argparse.Namespace
) -> bool:
    direct, proxied = f"http://{API_NAME}:{addresses.direct}{PATH}", f"https://{API_NAME}:{addresses.proxied}{PATH}"
    rounds: dict[str, list[Figures]] = {direct: [], proxied: []}
    for url in rounds:
        load(url, environment, connections=connections, seconds=2)  # what is first done once is not counted
    for _ in range(arguments.rounds):
        for url, figures in rounds.items():
            figures.append(load(url, environment, connections=connections, seconds=arguments.seconds))
    print(f"{connections} connections, medians of {arguments.rounds} rounds of {arguments.seconds} s, one worker")
    tell("direct", rounds[direct])
    tell("through nginx, TLS", rounds[proxied])
    share = _median(rounds[proxied], "rate") / _median(rounds[direct], "rate")
    p99 = _median(rounds[proxied], "p99") / _median(rounds[direct], "p99")
    print(f"  heartbeats: {share:.2f} of the direct way (at least {LEAST_SHARE} promised)")
    print(f"  p99: {p99:.2f} times that of the direct way (at most {LARGEST_P99} promised)")
    return share >= LEAST_SHARE and p99 <= LARGEST_P99


def _median(rounds: list[Figures], name: str) -> float:
    return statistics.median(getattr(figures, name) for figures in rounds)


if __name__ == "__main__":
    main()
