from pathlib import Path

import pytest

from leasehold.backups.places import Places
from tests.backups.installation import Installation
from tests.conftest import FreshDatabase


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """The places of an installation without any backups."""
    places = Places(tmp_path)
    places.make()
    return places


@pytest.fixture
def installation(fresh_database: FreshDatabase, tmp_path: Path) -> Installation:
    """An installation without any backups, on a migrated database."""
    return Installation.on(fresh_database, tmp_path / "data")
