"""Ids of rows, as addresses, forms and people write them."""

from typing import Final

LARGEST_ID: Final = 2**63 - 1
"""The largest `bigint` of PostgreSQL: a larger number is no row's, and no statement may ask for it."""


def read_row_id(text: str) -> int | None:
    """The id that is written in `text`, in ASCII digits alone; None where no row can have it."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_ID)):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None
