from pathlib import Path

import pytest

from leasehold.backups.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """The places of an installation without any backups."""
    places = Places(tmp_path)
    places.make()
    return places
