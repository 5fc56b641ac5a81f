"""Ids of rows, as addresses, forms and people write them."""

from typing import Final

LONGEST_ID: Final = 18
"""So many digits are a number that PostgreSQL counts ids with (`bigint`), whatever they are."""

LARGEST_ID: Final = 10**LONGEST_ID - 1


def read_row_id(text: str) -> int | None:
    """The id that is written in `text`, in ASCII digits alone; None where no row can have it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None
