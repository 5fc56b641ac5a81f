"""What people call the rows that a bulk act is about, where their keys are numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from leasehold.kit.listing import rows_with_keys
from leasehold.kit.row_ids import read_row_id
from leasehold.panel.lists.table import Table


def read_labels(session: Session, table: Table[Any, Any], keys: Sequence[str]) -> Mapping[str, str]:
    """Those of the rows that there are, by their keys; none where the list calls its rows as everybody does."""
    if table.label is None:
        return {}
    numbers = [number for key in keys if (number := _numbers(key, len(table.listing.key)))]
    rows = rows_with_keys(session, table.listing, numbers, table.context(session))
    return {table.row_key(row): table.name_of(row) for row in rows}


def _numbers(key: str, width: int) -> tuple[int, ...]:
    """The key as the listing knows it; empty where a hand-made one can be none."""
    numbers = [number for part in key.split("-") if (number := read_row_id(part)) is not None]
    return tuple(numbers) if len(numbers) == width else ()
