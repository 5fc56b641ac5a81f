"""Ids as addresses, forms and people write them."""

import pytest

from leasehold.kit.row_ids import LARGEST_ID, read_row_id


@pytest.mark.parametrize(
    ("text", "id_"),
    [("1", 1), ("007", 7), (str(LARGEST_ID), LARGEST_ID)]
    + [(text, None) for text in ("", " 1", "-1", "+1", "1.0", "²", "\u0661", "x", str(LARGEST_ID + 1), "9" * 5000)],
)
def test_only_what_a_row_can_have_is_an_id(text: str, id_: int | None) -> None:
    assert read_row_id(text) == id_
