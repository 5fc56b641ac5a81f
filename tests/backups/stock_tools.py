"""What an archive's RECOVERY.md says, done word for word."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from leasehold.backups.git import git

_MISSING = [tool for tool in ("git", "age", "zstd") if shutil.which(tool) is None]
needs_stock_tools = pytest.mark.skipif(bool(_MISSING), reason=f"not installed: {', '.join(_MISSING)}")


def commands_of(archive: Path, name: str) -> list[str]:
    """The blocks of commands in the text that the backup `name` carries."""
    text = git(archive, "show", f"{name}:RECOVERY.md").decode()
    text = text.replace("ADDRESS", f"file://{archive}").replace("server_backup_YYYYMMDD_HHMMSS", name)
    return re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)


def follow(
    commands: str, key: str, directory: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the commands in a new directory, where the key is in `key.txt`."""
    directory.mkdir()
    (directory / "key.txt").write_text(f"{key}\n")
    return subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=directory, capture_output=True, text=True, check=False, env=os.environ | dict(environment or {}),
    )  # fmt: skip
