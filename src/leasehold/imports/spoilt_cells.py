"""Cells that were no text in the spreadsheet: what is wrong with each, whatever the file is about."""

from typing import Final

from leasehold.imports.staging import Item
from leasehold.imports.tables import Spoilt

_WHY: Final = {
    "number": "is a number in the spreadsheet, which loses digits and signs: format the column as text there.",
    "date": "was made a date by the spreadsheet: format the column as text there.",
    "truth": "is a truth value in the spreadsheet: format the column as text there.",
    "formula": "is what a formula came to, not a value: put the value itself in its place.",
}


def item_of_spoilt(number: int, given: str, cell: Spoilt) -> Item:
    """The row `number`, which is called `given`, as wrong: the problem is `spreadsheet_` and that of the cell."""
    detail = f"{cell!s} {_WHY[cell.problem]}"
    return Item(number, given, problem=f"spreadsheet_{cell.problem}", detail=detail, context={"value": cell})
