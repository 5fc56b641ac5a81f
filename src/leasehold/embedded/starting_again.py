"""`leasehold up` begins anew without ending: the same process becomes the release that is to run."""

import os
import signal
import sys
from pathlib import Path
from typing import Final, NoReturn

from leasehold.embedded.program import leasehold_command
from leasehold.kit.configuration import Configuration
from leasehold.kit.releases import Releases, python_of

RESTART: Final = signal.SIGUSR1
"""What tells `leasehold up` to."""


def start_again(configuration: Configuration) -> NoReturn:
    """Become `leasehold up` of the current release, or of this very program where none is linked."""
    environment = Releases(configuration.data_dir).current_environment()
    command = leasehold_command("up", python=python_of(environment) if environment else Path(sys.executable))
    os.execve(command[0], command, {**os.environ, **configuration.as_environment()})  # noqa: S606  (no shell)
