"""How much memory all of `leasehold up` takes while nothing happens: the sum of PSS, one process of the license server.

    python benchmarks/idle_memory.py [SECONDS]

PSS counts a page that n processes share as 1/n in each (/proc/PID/smaps_rollup). The promise: 400 MB.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMISED_MB = 400
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with tempfile.TemporaryDirectory(prefix="leasehold-memory-", ignore_cleanup_errors=True) as directory:
        command = [sys.executable, "-P", "-m", "leasehold", "up", f"--data-dir={directory}/data",
                   f"--server-port={_free_port()}", f"--panel-port={_free_port()}"]  # fmt: skip
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LEASEHOLD_")}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean) as process:
            assert process.stdout is not None
            if not any("is ready" in line for line in process.stdout):
                sys.exit(f"leasehold up failed; its logs are in {directory}/data/logs")
            time.sleep(seconds)
            total = sum(_show(pid) for pid in _family(process.pid))
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
    print(f"{total:7.1f} MB together (at most {PROMISED_MB} promised)")
    sys.exit(0 if total <= PROMISED_MB else 1)


def _family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _show(pid: int) -> float:
    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    megabytes = int(found[1]) / 1024 if found else 0.0
    name = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    print(f"{megabytes:7.1f} MB  {name[-80:]}")
    return megabytes


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
