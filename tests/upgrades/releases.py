"""Releases of this checkout under other version numbers, built as real wheels, and all that they need beside them."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from leasehold.migrations.state import wanted_schema
from leasehold.upgrades.wanted import read_wanted
from tests.checkout import ROOT, copy_checkout

_STEP = '''"""A step for the tests."""

from leasehold.migrations.script import run_sql

revision = "{number:04}"
down_revision = "{before:04}"


def upgrade() -> None:
    """Run it."""
    run_sql("{number:04}_test")
'''


@dataclass(frozen=True)
class Wheelhouse:
    """A directory of wheels, with those of Leasehold that were built into it."""

    directory: Path

    def build(self, version: str, *migrations: str, broken: str | None = None) -> Path:
        """A wheel of this checkout as `version`, with further `migrations`; a module of the path `broken` is."""
        source = self.directory / f"source-{version}"
        copy_checkout(source)
        package = source / "src" / "leasehold"
        module = package / "__init__.py"
        own = module.read_text()
        module.write_text(own.partition("__version__")[0] + f'__version__ = "{version}"\n')
        for number, statement in enumerate(migrations, wanted_schema() + 1):
            (package / f"migrations/sql/{number:04}_test.sql").write_text(statement)
            step = package / f"migrations/versions/{number:04}_test.py"
            step.write_text(_STEP.format(number=number, before=number - 1))
        if broken is not None:
            (package / broken).write_text("raise SystemExit('this release is broken')\n")
        pip(["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", self.directory, source])
        shutil.rmtree(source)
        return self.wheel(version)

    def wheel(self, version: str) -> Path:
        """The wheel of `version`."""
        (found,) = self.directory.glob(f"leasehold-{version}-*.whl")
        return found

    def fetch_what_it_needs(self, wheel: Path) -> None:
        """Everything that the release depends on, with the extras that are installed here, as it is locked."""
        locked: list[str | Path] = ["--constraint", ROOT / "constraints.txt", "--wheel-dir", self.directory]
        pip(["wheel", *locked, read_wanted(str(wheel)).requirement])


def pip(arguments: list[str | Path]) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
