"""Fixtures of the audit log's tests."""

from pathlib import Path

import pytest

from tests.audit.log import Log
from tests.conftest import FreshDatabase


@pytest.fixture
def log(fresh_database: FreshDatabase, tmp_path: Path) -> Log:
    """An empty log."""
    return Log(fresh_database, tmp_path)


@pytest.fixture
def sealed(log: Log) -> Log:
    """Twelve rows (ids 1 to 12 at the positions 1 to 12), sealed and signed in two parts."""
    log.write("a", "b", "c")
    log.seal_in_quiet()
    log.write("d", "e", "f")
    log.seal_in_quiet()
    return log
