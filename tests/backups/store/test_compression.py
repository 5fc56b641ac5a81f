from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasehold.backups.errors import BackupDamaged
from leasehold.backups.store.compression import SMALLEST_BASE, expand, squeeze
from tests.backups.store.store import rows


@given(st.binary(), st.one_of(st.none(), st.binary(min_size=SMALLEST_BASE)))
def test_what_was_squeezed_comes_back(data: bytes, base: bytes | None) -> None:
    assert expand(squeeze(data, base), len(data), base) == data


def test_a_difference_is_small() -> None:
    base = rows(0, 20_000)
    later = base.replace(b"\n100\t", b"\n101\t", 1)
    assert len(squeeze(later, base)) < len(squeeze(later)) / 100


def test_a_difference_needs_its_own_base() -> None:
    base = rows(0, 1000)
    difference = squeeze(rows(0, 1001), base)
    with pytest.raises(BackupDamaged):
        expand(difference, len(rows(0, 1001)), rows(0, 1000, salt="another"))


def test_never_more_than_was_said_is_made() -> None:
    bomb = squeeze(bytes(100_000_000))
    with pytest.raises(BackupDamaged, match="another size"):
        expand(bomb, 1000)


def test_flipped_bits_and_truncation_are_refused() -> None:
    data = rows(0, 50)
    squeezed = squeeze(data)
    for place in range(len(squeezed)):
        damaged = bytearray(squeezed)
        damaged[place] ^= 0x10
        with suppress(BackupDamaged):
            assert expand(bytes(damaged), len(data)) == data  # a bit of the header that means nothing
        with pytest.raises(BackupDamaged):
            expand(squeezed[:place], len(data))
