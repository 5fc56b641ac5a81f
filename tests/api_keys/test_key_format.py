import random
import re
import zlib

from hypothesis import given
from hypothesis import strategies as st

from leasehold.api_keys.key_format import digest, is_well_formed, new_api_key


def test_a_new_key_has_the_form_of_the_contract() -> None:
    key = new_api_key(2026)
    assert re.fullmatch(r"AF-2026-[A-Z0-9]{32}", key)
    assert is_well_formed(key)
    assert new_api_key(2026) != key


def test_the_checksum_is_the_one_that_the_contract_describes() -> None:
    key = new_api_key(2026)
    assert int(key[-6:], 36) == zlib.crc32(key[:-6].encode()) % 36**6


def test_a_checksum_with_leading_zeros_keeps_its_six_places() -> None:
    body = "AF-2026-00000000000000000000000000"
    candidates = (f"{body[:-6]}{number:06d}" for number in range(1_000_000))
    small = next(text for text in candidates if zlib.crc32(text.encode()) % 36**6 < 36**4)
    rest = zlib.crc32(small.encode()) % 36**6
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    tail = "".join(digits[rest // 36**place % 36] for place in range(5, -1, -1))
    assert tail.startswith("00")
    assert is_well_formed(small + tail)


@given(st.integers(0, 39), st.characters(codec="ascii"))
def test_one_wrong_character_is_found(position: int, character: str) -> None:
    key = new_api_key(2026)
    wrong = key[:position] + character + key[position + 1 :]
    assert is_well_formed(wrong) == (wrong == key)


@given(st.text())
def test_no_text_is_taken_for_a_key_by_chance(text: str) -> None:
    assert not is_well_formed(text)


def test_what_surrounds_a_key_is_not_ignored() -> None:
    key = new_api_key(2026)
    assert not any(is_well_formed(text) for text in (key + "\n", " " + key, key.lower(), key[:-1], key + "A"))


def test_swapped_neighbours_are_found() -> None:
    chance = random.Random(7)
    for _ in range(200):
        key = new_api_key(2026)
        at = chance.randrange(8, 39)
        swapped = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
        assert is_well_formed(swapped) == (swapped == key)


def test_the_digest_is_that_of_the_whole_key() -> None:
    key = new_api_key(2026)
    assert len(digest(key)) == 32
    assert digest(key) != digest(key[:-1])
