"""One upgrade at a time: a lock of the kernel's, gone with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from leasehold.kit.releases import Releases
from leasehold.upgrades.errors import UpgradeRefused


@contextmanager
def only_one(releases: Releases) -> Iterator[None]:
    """Upgrade while nobody else does. Raises `UpgradeRefused`."""
    releases.root.mkdir(mode=0o755, exist_ok=True)
    descriptor = os.open(releases.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UpgradeRefused(
            "upgrade_running", "Another upgrade is under way: wait until it has ended. Nothing was changed."
        ) from None
    finally:
        os.close(descriptor)
