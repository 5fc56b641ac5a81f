"""Lists of any length, read a page at a time."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")
Key = TypeVar("Key")


def all_rows(page_after: Callable[[Key], Sequence[Row]], start: Key, key_of: Callable[[Row], Key]) -> Iterator[Row]:
    """Every row, from the page after `start` on; the next page comes after the last row's key."""
    page = page_after(start)
    while page:
        yield from page
        page = page_after(key_of(page[-1]))
