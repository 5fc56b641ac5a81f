from datetime import UTC, datetime, timedelta, timezone

import pytest

from leasehold.backups.errors import BackupNameInvalid
from leasehold.backups.names import moment_of, name_for


def test_a_name_is_its_moment_in_utc() -> None:
    there = datetime(2026, 1, 31, 4, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert name_for(there) == "server_backup_20260131_030005"
    assert moment_of(name_for(there)) == datetime(2026, 1, 31, 3, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "server_backup_20260231_030000",
        "server_backup_20260131_030000/..",
        "../etc",
        "server_backup_\uff120260131_030000",
    ],
)
def test_what_is_no_name_never_meets_a_path(name: str) -> None:
    with pytest.raises(BackupNameInvalid, match="backup list"):
        moment_of(name)
