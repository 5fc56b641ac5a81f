"""One nginx with everything behind it for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.conftest import cloned_database
from tests.deployment.proxied import Proxied, proxied


@pytest.fixture(scope="package")
def site() -> Iterator[Proxied]:
    """The license server and the panel behind nginx, installed with a self-signed certificate."""
    with cloned_database() as fresh, proxied(fresh) as proxy:
        proxy.start("server")
        proxy.start("panel")
        installed = proxy.install("--self-signed")
        assert installed.returncode == 0, installed.stderr
        assert "FOR TRIALS ONLY" in installed.stderr
        yield proxy
