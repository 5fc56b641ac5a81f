from pathlib import Path

import pytest
from flask.testing import FlaskClient

from leasehold.backups.places import Places
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs


@pytest.fixture
def administrator(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.ADMINISTRATOR)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Where the panel's backups are."""
    places = Places(tmp_path)
    places.make()
    return places
