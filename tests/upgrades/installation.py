"""An installation that is upgraded, from the outside."""

import shlex
import subprocess
import sys
from pathlib import Path

from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.releases import Releases
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.migrations.state import schema_state
from tests.embedded.installation import clean_environment
from tests.guide.pages import shown
from tests.upgrades.releases import Wheelhouse

_TIMEOUT_SECONDS = 300
_PIP = {"PIP_CONFIG_FILE": "/dev/null", "PIP_COMPILE": "0"}


class Upgradable:
    """`leasehold` on `data_dir`, without a network."""

    def __init__(self, data_dir: Path, url: str | None, wheelhouse: Wheelhouse) -> None:
        self.configuration = Configuration(data_dir=data_dir, database_url=url)
        self.releases = Releases(data_dir)
        self.wheelhouse = wheelhouse
        read_or_create_secrets(data_dir)

    def run(self, *arguments: str, program: Path | None = None) -> subprocess.CompletedProcess[str]:
        """A verb, of this checkout or of another `program`, to its end."""
        command = [program] if program else [sys.executable, "-m", "leasehold"]
        return self._run([*map(str, command), *arguments])

    def upgrade(
        self, version: str, *options: str, way: str = "--wheels DIR", program: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`leasehold upgrade` to one of the wheels, in the `way` that the guide shows; an index is not asked."""
        (command,) = [line for line in shown("docs/upgrading.md", "leasehold upgrade 0.2.0") if way in line]
        wheel = self.wheelhouse.wheel("0.2.0").name
        names = {"leasehold ": "", wheel: str(self.wheelhouse.wheel(version)), "DIR": str(self.wheelhouse.directory)}
        for name, here in {**names, " 0.2.0 ": f" {version} "}.items():
            command = command.replace(name, here)
        return self.run(*shlex.split(command, comments=True), *options, program=program)

    def typed(self, command: str, **names: object) -> str:
        """What a command of the guide prints in which the `names` stand for something, and that must succeed."""
        for name, meant in names.items():
            command = command.replace(name, str(meant))
        done = self._run(["bash", "-euc", command], self.configuration.data_dir.parent)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def killed_at(self, step: str, version: str) -> None:
        """An upgrade whose process is killed when it has written `step` down."""
        wheel, directory = str(self.wheelhouse.wheel(version)), str(self.wheelhouse.directory)
        done = self._run([sys.executable, "-m", "tests.upgrades.killed", step, wheel, directory])
        assert done.returncode == -9, done.stdout + done.stderr

    @property
    def schema(self) -> int:
        """Where it stands."""
        return schema_state(database_for(self.configuration, Role.OWNER)).current

    def what_is_left(self) -> set[str]:
        """What lies among the releases."""
        return {path.name for path in self.releases.root.iterdir()} - {"lock"}

    def _run(self, command: list[str], directory: Path | None = None) -> subprocess.CompletedProcess[str]:
        index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheelhouse.directory)}
        return subprocess.run(
            command,
            env={**clean_environment(), **self.configuration.as_environment(), **_PIP, **index},
            cwd=directory,
            input="y\n",
            capture_output=True,
            check=False,
            text=True,
            timeout=_TIMEOUT_SECONDS,
        )
