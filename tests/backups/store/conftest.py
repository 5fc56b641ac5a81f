from pathlib import Path

import pytest

from leasehold.backups.store import cutting
from tests.backups.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are cut as large ones are, a thousandth as large."""
    monkeypatch.setattr(cutting, "LARGEST", 31 << 10)
    monkeypatch.setattr(cutting, "_SMALLEST", 8 << 10)
    monkeypatch.setattr(cutting, "_BLOCK", 256)
