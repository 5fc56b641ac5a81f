from pathlib import Path

import pytest

from leasehold.backups.errors import BackupRunning, ExitStatus
from leasehold.backups.lock import only_one, who_works
from leasehold.backups.places import Places


def test_the_second_one_is_told_who_works(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert who_works(places) is None
    with only_one(places, "A backup"):
        assert (who_works(places) or "").startswith("A backup (process ")
        with pytest.raises(BackupRunning, match="A backup") as refused, only_one(places, "Another"):
            pass
    assert refused.value.status is ExitStatus.LOCKED
    assert who_works(places) is None
