"""Somebody who reads the guide at a terminal: copies the commands, and what earlier ones have printed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.embedded.installation import Installation, clean_environment
from tests.guide.pages import ROOT, Block

# What a command prints is copied by hand into the variables that later commands name.
_COPIED: Final = {
    "API_KEY": re.compile(r"\bAF-\d{4}-[0-9A-Za-z]{32}\b"),
    "LICENSE_KEY": re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}\b"),
    "BACKUP": re.compile(r"\bserver_backup_\d{8}_\d{6}\b"),
}
_SECONDS: Final = 120


class Reader:
    """Works in a directory of its own, with the installation that runs beside; says yes where it is asked.

    `where` is the environment that finds the installation.
    """

    def __init__(self, running: Installation, directory: Path) -> None:
        self.where = {"LEASEHOLD_DATA_DIR": str(running.data_dir)}
        self._directory = directory
        self._copied: dict[str, str] = {}
        address = f"127.0.0.1:{running.server_port}"
        self._elsewhere = {
            "127.0.0.1:8090": address,
            "examples/quickstart.py": f"examples/quickstart.py --pause 0 --server http://{address}",
            "/mnt/elsewhere": str(directory / "elsewhere"),
        }
        (directory / "elsewhere").mkdir()
        for name in ("create_full_backup.sh", "restore_full_backup.sh", "examples"):
            (directory / name).symlink_to(ROOT / name)

    def run(self, block: Block) -> None:
        """Type one command after the other; the first that fails ends the test with its page and line."""
        for command in block.lines:
            done = self._type(command)
            assert done.returncode == 0, f"{block}: {command}\n{done.stdout}\n{done.stderr}"
            for name, looks_like in _COPIED.items():
                if found := looks_like.search(done.stdout):
                    self._copied[name] = found[0]

    def _type(self, command: str) -> "subprocess.CompletedProcess[str]":
        for shown, here in self._elsewhere.items():
            command = command.replace(shown, here)
        if "BACKUP" in self._copied:
            command = _COPIED["BACKUP"].sub(self._copied["BACKUP"], command)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self._directory,
            env=clean_environment() | self.where | self._copied | {"HOME": str(self._directory), "PATH": path},
            input="y\n",
            capture_output=True,
            check=False,
            text=True,
            timeout=_SECONDS,
        )
