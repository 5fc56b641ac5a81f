"""What the guide says about an archive over SSH, typed with a host of ours in GitHub's place."""

import os
import subprocess
import sys
from pathlib import Path

from tests.backups.archive.ssh_server import SshServer
from tests.backups.installation import Installation
from tests.embedded.installation import clean_environment
from tests.guide.pages import shown


def test_a_key_of_its_own_opens_the_archive(server: SshServer, installation: Installation, tmp_path: Path) -> None:
    repository = tmp_path / "archive.git"
    server.make_repository(repository)
    (tmp_path / "home" / ".ssh").mkdir()
    address = server.address(repository)
    for number, command in enumerate(shown("docs/backups.md", "leasehold backup test-archive")):
        done = subprocess.run(
            ["bash", "-euc", command.replace("git@github.com:acme/leasehold-archive.git", address)],
            env=clean_environment() | installation.environment | {"PATH": _path()},
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if number == 0:
            server.lets_in_also(tmp_path / "home" / ".ssh" / "github_backup.pub")
    assert "nothing" in done.stdout


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
