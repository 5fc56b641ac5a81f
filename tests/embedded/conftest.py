from collections.abc import Iterator

import pytest

from tests.embedded.system_postgresql import running_system_postgresql


@pytest.fixture
def system_postgresql_url() -> Iterator[str]:
    """The URL of an owner who may make roles, as a hosting company or an administrator hands it out."""
    with running_system_postgresql() as url:
        yield url
