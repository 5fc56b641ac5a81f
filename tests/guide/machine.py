"""A machine on which somebody installs Leasehold: a directory with a virtual environment that is made for it."""

import os
import site
import sys
import venv
from pathlib import Path

from tests.embedded.installation import Installation

_PIP = '#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n'
# What is needed is there, and so are the tools of the build: nothing is fetched.
_NO_NETWORK = {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_COMPILE": "0"}


class Machine:
    """Everything of it is below `directory`. `where` is the environment in which its commands are typed."""

    def __init__(self, directory: Path) -> None:
        environment = directory / "environment"
        venv.create(environment)
        (site_packages,) = environment.glob("lib/python*/site-packages")
        ours = [path for path in sys.path if Path(path).name == "site-packages"] or site.getsitepackages()
        (site_packages / "ours.pth").write_text("\n".join(ours))
        pip = environment / "bin" / "pip"
        pip.write_text(_PIP)
        pip.chmod(0o755)
        self.running = Installation(directory / "data")
        self.where = {
            "HOME": str(directory),
            "LEASEHOLD_DATA_DIR": str(self.running.data_dir),
            "LEASEHOLD_PANEL_PORT": str(self.running.panel_port),
            "LEASEHOLD_SERVER_PORT": str(self.running.server_port),
            "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def start(self, command: str, checkout: Path) -> None:
        """Type the `command` that installs Leasehold from `checkout` and starts it; return when it is ready."""
        typed = f"cd '{checkout}'; {command.replace('leasehold up', 'exec leasehold up')}"
        self.running.program = ["bash", "-euc", typed, "-"]
        self.running.environment = self.where | _NO_NETWORK
        self.running.start()

    def stop(self) -> int:
        """Stop it in order; the status with which it ends."""
        return self.running.stop()
