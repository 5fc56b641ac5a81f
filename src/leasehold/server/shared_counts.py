"""Where processes that serve together count together. It loads nothing of the metrics, as who starts them need not."""

import os
import shutil
from pathlib import Path
from typing import Final

SHARED_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that prometheus-client looks for when it is imported."""


def share_counts(directory: Path) -> None:
    """Have the processes that are started from now on count together, from nothing, in `directory`."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    os.environ[SHARED_DIRECTORY] = str(directory)
