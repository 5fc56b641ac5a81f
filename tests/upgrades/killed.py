"""`python -m tests.upgrades.killed STEP WHEEL WHEELHOUSE`: upgrades, and is killed when STEP is written down."""

import os
import signal
import sys
from pathlib import Path

from leasehold.kit.configuration import load_configuration
from leasehold.kit.releases import Releases
from leasehold.upgrades import upgrading
from leasehold.upgrades.state import Upgrade, write_upgrade
from leasehold.upgrades.wanted import read_wanted

step, wheel, wheelhouse = sys.argv[1:]


def _write_and_die(releases: Releases, upgrade: Upgrade) -> None:
    write_upgrade(releases, upgrade)
    if upgrade.step == step:
        os.kill(os.getpid(), signal.SIGKILL)


upgrading.write_upgrade = _write_and_die  # type: ignore[attr-defined]  # this process is there to be killed
upgrading.upgrade(
    load_configuration(), read_wanted(wheel), wheelhouse=Path(wheelhouse), may_restart=True, by="cli:test", say=print
)
