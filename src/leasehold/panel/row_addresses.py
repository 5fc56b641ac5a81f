"""Numbers in addresses: the ids of rows, and what is counted among them."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

from leasehold.kit.row_ids import LARGEST_ID


class RowIdConverter(IntegerConverter):
    """A whole number; one that is larger than any id leads nowhere."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:  # noqa: A002  # werkzeug calls it so
        super().__init__(map, *arguments, **{"max": LARGEST_ID, **options})
