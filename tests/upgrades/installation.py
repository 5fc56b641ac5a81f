"""An installation that is upgraded, from the outside."""

import subprocess
import sys
from pathlib import Path

from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.releases import Releases
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.migrations.state import schema_state
from tests.embedded.installation import clean_environment
from tests.upgrades.releases import Wheelhouse

_TIMEOUT_SECONDS = 300
_NO_NETWORK = {
    "PIP_CONFIG_FILE": "/dev/null",
    "PIP_INDEX_URL": "http://127.0.0.1:1",
    "PIP_FIND_LINKS": "",
    "PIP_COMPILE": "0",
}


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

    def upgrade(self, version: str, *options: str, program: Path | None = None) -> subprocess.CompletedProcess[str]:
        """`leasehold upgrade` to one of the wheels."""
        wheels = f"--wheels={self.wheelhouse.directory}"
        return self.run("upgrade", str(self.wheelhouse.wheel(version)), wheels, *options, program=program)

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

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {**clean_environment(), **self.configuration.as_environment(), **_NO_NETWORK}
        return subprocess.run(
            command, env=environment, capture_output=True, check=False, text=True, timeout=_TIMEOUT_SECONDS
        )
