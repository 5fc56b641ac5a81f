"""One license server for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import cloned_database
from tests.server.running import RunningServer, running_server

LIMITS = ("limit_license_not_found_per_minute", "limit_api_key_invalid_per_minute", "limit_refusals_per_minute")


@pytest.fixture(scope="module")
def limited_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server as it comes, with its limits on callers."""
    data_dir: Path = tmp_path_factory.mktemp("limited")
    with cloned_database() as fresh, running_server(fresh, data_dir) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without limits on callers, so that tests may be refused as often as they want."""
    data_dir: Path = tmp_path_factory.mktemp("server")
    with cloned_database() as fresh, running_server(fresh, data_dir) as running:
        for name in LIMITS:
            running.set_setting(name, 0)
        running.wait_until(lambda: all(_refused(running) == 401 for _ in range(25)))
        yield running


def _refused(running: RunningServer) -> int:
    return running.post("license/validate", {}, **{"X-API-Key": "wrong"}).status_code
