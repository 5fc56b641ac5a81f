"""`python -m tests.upgrades.hanging DATA_DIR HOW`: a `leasehold up` that hangs when it is to start again.

HOW is `deaf` (it stays what it is), `mute` (it never serves), or `stubborn` (nor does it end when it is asked to).
"""

import signal
import sys
from pathlib import Path

from leasehold.embedded.running import lock_data_dir
from leasehold.embedded.starting_again import RESTART

data_dir, how = Path(sys.argv[1]), sys.argv[2]
locks = [lock_data_dir(data_dir)]


def _start_again(*_: object) -> None:
    """As the new release does first: the directory is its own, and nothing is announced."""
    locks.pop().release()
    locks.append(lock_data_dir(data_dir))


signal.signal(RESTART, signal.SIG_IGN if how == "deaf" else _start_again)
if how == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
locks[0].announce("http://127.0.0.1:1", "http://127.0.0.1:1")
while True:
    signal.pause()
