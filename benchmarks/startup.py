"""How long from `leasehold up` until everything answers: the first start, and the next ones.

    python benchmarks/startup.py [ROUNDS]

Prints both medians in seconds, measured from outside, interpreter included. The promise: 8 s and 3 s.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMISED = {"first": 8.0, "next": 3.0}
NEXT_STARTS = 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_until_ready(data_dir: Path) -> float:
    """Start Leasehold, wait until it says that it is ready, stop it."""
    ports = [f"--server-port={free_port()}", f"--panel-port={free_port()}"]
    command = [sys.executable, "-P", "-m", "leasehold", "up", f"--data-dir={data_dir}", *ports]
    started_at = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = any("is ready" in line for line in process.stdout)
        seconds = time.perf_counter() - started_at
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    if not ready or process.returncode != 0:
        sys.exit(f"leasehold up failed with status {process.returncode}; its logs are in {data_dir / 'logs'}")
    return seconds


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    taken: dict[str, list[float]] = {"first": [], "next": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="leasehold-startup-") as directory:
            data_dir = Path(directory) / "data"
            taken["first"].append(seconds_until_ready(data_dir))
            taken["next"] += [seconds_until_ready(data_dir) for _ in range(NEXT_STARTS)]
    print(f"{rounds} rounds on {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    for which, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{which:<6} start: median {median:.2f} s, worst {max(seconds):.2f} s (promised {PROMISED[which]:.0f} s)")


if __name__ == "__main__":
    main()
