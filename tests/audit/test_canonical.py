"""The bytes that are hashed are the same wherever and however the row is stored."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasehold.audit.canonical import GENESIS, leaf_hash, link_hash, personal_digest

ROW: tuple[Any, ...] = (7, "1764080207.500000", "cli:root", "update", "products", "3", '{"a": 1}', None, None, None)


def _with_after(text: str) -> bytes:
    return leaf_hash((*ROW[:7], text, *ROW[8:]))


def test_the_bytes_are_those_that_the_documentation_gives() -> None:
    text = b"\x00s1:7s16:1764080207500000s8:cli:roots6:updates8:productss1:3o1:s1:ad1:1nnn"
    leaf = hashlib.sha256(text).digest()
    assert leaf_hash(ROW) == leaf
    assert link_hash(GENESIS, leaf) == hashlib.sha256(b"\x01" + bytes(32) + leaf).digest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}'),
        ("[1.50]", "[1.5]"),
        ("[15e-1]", "[1.5]"),
        ("[100]", "[1E+2]"),
        ("[-0.0]", "[0]"),
        ('["\\u00fc"]', '["ü"]'),
    ],
)
def test_what_means_the_same_hashes_the_same(one: str, other: str) -> None:
    assert _with_after(one) == _with_after(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[1]", '["1"]'),
        ("[1, 2]", "[2, 1]"),
        ("[[1], 2]", "[[1, 2]]"),
        ("[]", "{}"),
        ("null", '"null"'),
        ("[true]", "[false]"),
        ("[0.1]", "[0.10000000000000000000000000000000001]"),
        ("[1e5000]", "[1e4999]"),
        ('{"a": null}', "{}"),
    ],
)
def test_what_means_something_else_hashes_differently(one: str, other: str) -> None:
    assert _with_after(one) != _with_after(other)


def test_an_absent_json_is_not_a_json_null_in_an_object_beside_it() -> None:
    moved = (*ROW[:6], None, ROW[6], *ROW[8:])
    assert leaf_hash(ROW) != leaf_hash(moved)


_TEXTS = st.tuples(*[st.none() | st.text(max_size=4)] * 6)


@given(_TEXTS, _TEXTS)
def test_no_two_rows_share_their_bytes(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> None:
    assert (_leaf(one) == _leaf(other)) is (one == other)


def _leaf(texts: tuple[str | None, ...]) -> bytes:
    return leaf_hash((1, "0.000000", *texts[:4], None, None, *texts[4:]))


def test_times_beyond_every_calendar_are_hashed_too() -> None:
    assert leaf_hash((1, "Infinity", *ROW[2:])) != leaf_hash((1, "-Infinity", *ROW[2:]))


def test_a_personal_value_is_digested_with_its_salt() -> None:
    assert personal_digest(b"salt", "Jörg") == "sha256:" + hashlib.sha256("saltJörg".encode()).hexdigest()
