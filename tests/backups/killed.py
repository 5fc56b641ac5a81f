"""`python -m tests.backups.killed STATE before|after`: makes a backup, and is killed at that line of the catalogue."""

import os
import signal
import sys
from typing import Any

from leasehold.backups.catalog import Catalog
from leasehold.backups.engine import create
from leasehold.kit.configuration import load_configuration

state, when = sys.argv[1:]
_add = Catalog.add


def _add_and_die(self: Catalog, step: str, name: str = "", **facts: Any) -> None:
    if when == "after" or step != state:
        _add(self, step, name, **facts)
    if step == state:
        os.kill(os.getpid(), signal.SIGKILL)


Catalog.add = _add_and_die  # type: ignore[method-assign]  # this process is there to be killed
create(load_configuration(), reason="to be killed", by="cli:test", say=print)
