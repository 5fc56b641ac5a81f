"""Stopping is asked for by signal handlers, in the midst of whatever the interrupted ones do."""

import select
import signal
import subprocess
import sys
import threading

from leasehold.kit.stop_request import StopRequest

MANY = 10_000
# Waits and waits, and says whenever it was asked.
_WAITER = """
import os, signal
from leasehold.kit.stop_request import StopRequest

def handle(_number, _frame):
    request.ask()
    os.write(1, b".")

request = StopRequest()
signal.signal(signal.SIGUSR1, handle)
os.write(1, b".")
while True:
    request.wait(0.0001)
    request = StopRequest()
"""


def test_whoever_waits_is_told_and_whoever_looks_later_too() -> None:
    stop = StopRequest()
    assert (stop.is_asked, stop.wait(0)) == (False, False)
    waiting = [threading.Thread(target=stop.wait, args=(60,)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    stop.ask()
    for thread in waiting:
        thread.join(60)
    assert (stop.is_asked, stop.wait(0), [thread.is_alive() for thread in waiting]) == (True, True, [False] * 3)


def test_a_handler_never_stands_still_wherever_it_interrupts() -> None:
    with subprocess.Popen([sys.executable, "-c", _WAITER], stdout=subprocess.PIPE, bufsize=0) as waiter:
        assert waiter.stdout is not None
        answered = 0
        while answered <= MANY and select.select([waiter.stdout], [], [], 30)[0]:
            answered += len(waiter.stdout.read(1))
            sum(range(7 * (answered % 500)))  # a little later each time, so that it comes at every place there is
            waiter.send_signal(signal.SIGUSR1)
        waiter.kill()
    assert answered > MANY
