"""Processes that outlive who starts them: nobody's children, and known by the file that they write to.

The kernel locks the file for as long as such a process, or a child of it, has it open.
"""

import fcntl
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

# $0 begins the last line, "$@" is what to run.
_SCRIPT: Final = '("$@"; status=$?; if [ -n "$0" ]; then printf "\\n%s%s\\n" "$0" "$status"; fi) &'


def start_detached(command: Sequence[str], environment: Mapping[str, str], output: int, *, ended: str = "") -> None:
    """Run `command`, which writes to the descriptor `output`; `ended`, if given, and its exit status follow at the end.

    Raises `BlockingIOError` where another such process writes to the same file.
    """
    fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
    subprocess.run(
        ["/bin/sh", "-c", _SCRIPT, ended, *command],
        env={**os.environ, **environment},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        check=True,
    )


def is_written(descriptor: int) -> bool:
    """Whether such a process still has the file open that is open here as `descriptor`."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
