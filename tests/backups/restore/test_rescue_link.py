"""The link for an emergency opens once, for a quarter of an hour, and only what this installation has signed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from leasehold.backups.restore.rescue_link import LIFETIME, new_rescue_path, open_rescue
from leasehold.kit.logging import mask_secrets


def _token(data_dir: Path) -> str:
    return new_rescue_path(data_dir).removeprefix("/rescue/")


def test_it_opens_once(tmp_path: Path) -> None:
    token = _token(tmp_path)
    assert [open_rescue(tmp_path, token) for _ in range(2)] == [True, False]
    assert open_rescue(tmp_path, _token(tmp_path))


def test_an_old_or_foreign_one_does_not_open(tmp_path: Path) -> None:
    with time_machine.travel(datetime.now(UTC) - LIFETIME - timedelta(minutes=1)):
        old = _token(tmp_path)
    with time_machine.travel(datetime.now(UTC) - LIFETIME + timedelta(minutes=1)):
        young = _token(tmp_path)
    assert [open_rescue(tmp_path, token) for token in (old, young + "x", young)] == [False, False, True]
    assert not open_rescue(tmp_path / "another", _token(tmp_path))


def test_it_stands_in_no_log(tmp_path: Path) -> None:
    path = new_rescue_path(tmp_path)
    assert mask_secrets(f"GET {path}") == "GET /rescue/[token]"
