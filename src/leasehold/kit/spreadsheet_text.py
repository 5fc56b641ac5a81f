"""Texts in files that a spreadsheet opens: none of them runs as a formula there."""

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """`text` for a cell of a CSV: behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text


def undefused(cell: str) -> str:
    """The text that `defused` made the cell of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_BEGINS) else cell
