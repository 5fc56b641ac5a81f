"""What is dear to make and only read afterwards is made once, however many processes the tests run in."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The directory `name` of this run, which whoever asks first has `make` fill; the others wait for it."""
    base = factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, draft = run / name, run / f"{name}.new"
        if not made.exists():
            draft.mkdir()
            make(draft)
            draft.rename(made)
    return made
