"""This checkout, as somebody has it who is about to install it."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PARTS = ("assets", "hatch_build.py", "pyproject.toml", "README.md", "LICENSE")


def copy_checkout(target: Path) -> None:
    """Put all that a build takes into the directory `target`, which is made where it is not there."""
    shutil.copytree(ROOT / "src", target / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in _PARTS:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, target / name)
