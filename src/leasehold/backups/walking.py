"""Every file, link and directory below some paths, and whatever the links among them point to."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def walk(starts: Iterable[Path], leave_out: Callable[[Path], bool]) -> Iterator[tuple[Path, os.stat_result]]:
    """Each one once, with what `lstat` says; not what `leave_out` names, nor sockets, pipes and devices.

    What has gone by the time it is looked at is passed over. Raises `OSError`.
    """
    waiting = list(starts)
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or leave_out(path):
            continue
        seen.add(path)
        try:
            found = path.lstat()
            waiting += _beyond(path, found)
        except FileNotFoundError:
            continue
        if _is_kept(found):
            yield path, found


def _beyond(path: Path, found: os.stat_result) -> list[Path]:
    if stat.S_ISDIR(found.st_mode):
        return list(path.iterdir())
    if stat.S_ISLNK(found.st_mode):
        return [Path(os.path.normpath(path.parent / path.readlink()))]
    return []


def _is_kept(found: os.stat_result) -> bool:
    return any(is_such(found.st_mode) for is_such in (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK))
