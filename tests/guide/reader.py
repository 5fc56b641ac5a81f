"""Somebody who reads the guide at a terminal: copies the commands, and what earlier ones have printed."""

import re
import subprocess
from pathlib import Path
from typing import Final

from tests.checkout import ROOT, copy_checkout
from tests.embedded.installation import clean_environment
from tests.guide.machine import Machine
from tests.guide.pages import Block

# What a command prints is copied by hand into the variables that later commands name.
_COPIED: Final = {
    "API_KEY": re.compile(r"\bAF-\d{4}-[0-9A-Za-z]{32}\b"),
    "LICENSE_KEY": re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}\b"),
    "BACKUP": re.compile(r"\bserver_backup_\d{8}_\d{6}\b"),
}
_INSTALLS: Final = "leasehold up"
_SHOWS_KIT: Final = "leasehold backup recovery-kit show"
_TYPES_KIT: Final = "leasehold backup recovery-kit test"
_SECONDS: Final = 120


class Reader:
    """Works in a copy of the checkout; says yes where it is asked.

    A block that installs Leasehold and starts it is typed on a new machine, and what follows in it, too.
    """

    def __init__(self, directory: Path) -> None:
        self._checkout = directory / "checkout"
        self._archive = directory / "elsewhere"
        self._machines: list[Machine] = []
        self._copied: dict[str, str] = {}
        self._kit = self._checkout / "recovery-kit.txt"
        self._archive.mkdir()
        copy_checkout(self._checkout)
        for name in ("create_full_backup.sh", "restore_full_backup.sh", "examples"):
            (self._checkout / name).symlink_to(ROOT / name)

    def run(self, block: Block) -> None:
        """Type one command after the other; the first that fails ends the test with its page and line."""
        machine = self._new_machine(block) if _INSTALLS in block.commands else self._machines[0]
        for command in block.lines:
            if _INSTALLS not in command:
                self._type(block, command, machine)

    @property
    def where(self) -> dict[str, str]:
        """The environment that finds the first installation."""
        return self._machines[0].where

    def stop(self) -> None:
        """Switch every machine off."""
        for machine in self._machines:
            assert machine.stop() == 0

    def _new_machine(self, block: Block) -> Machine:
        (command,) = [line for line in block.lines if _INSTALLS in line]
        machine = Machine(self._checkout.with_name(f"machine-{len(self._machines)}"))
        machine.start(command, self._checkout)
        self._machines.append(machine)
        return machine

    def _type(self, block: Block, command: str, machine: Machine) -> None:
        for shown, here in self._elsewhere(machine).items():
            command = command.replace(shown, here)
        if "BACKUP" in self._copied:
            command = _COPIED["BACKUP"].sub(self._copied["BACKUP"], command)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self._checkout,
            env=clean_environment() | machine.where | self._copied,
            input=self._kit.read_text() if command.startswith(_TYPES_KIT) else "y\n",
            capture_output=True,
            check=False,
            text=True,
            timeout=_SECONDS,
        )
        assert done.returncode == 0, f"{block}: {command}\n{done.stdout}\n{done.stderr}"
        for name, looks_like in _COPIED.items():
            if found := looks_like.search(done.stdout):
                self._copied[name] = found[0]
        if command.startswith(_SHOWS_KIT):
            self._kit.write_text(done.stdout)

    def _elsewhere(self, machine: Machine) -> dict[str, str]:
        address = f"127.0.0.1:{machine.running.server_port}"
        return {
            "127.0.0.1:8090": address,
            "examples/quickstart.py": f"examples/quickstart.py --pause 0 --server http://{address}",
            "/mnt/elsewhere": str(self._archive),
            "git@github.com:acme/leasehold-archive.git": str(self._archive / "archive.git"),
        }
