"""What is wrong with a row of a file, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.imports.staging import RowState, Verdict
from leasehold.panel.lists.table import Badge, Words

_OF_ROWS: Final[dict[str, LazyString]] = {
    "duplicate": _("%(value)s stands in row %(row)s already."),
    "spreadsheet_number": _(
        "“%(value)s” is a number in the spreadsheet, which loses digits and signs: format the column as text there."
    ),
    "spreadsheet_date": _("“%(value)s” was made a date by the spreadsheet: format the column as text there."),
    "spreadsheet_truth": _("“%(value)s” is a truth value in the spreadsheet: format the column as text there."),
    "spreadsheet_formula": _("“%(value)s” is what a formula came to, not a value: put the value itself in its place."),
    "no_value": _("The row has no value: write one, or take it out."),
    "note": _("The note is too long, or has characters that no text has: shorten it."),
}
BADGES: Final[dict[RowState, Badge]] = {
    RowState.NEW: Badge(_("new"), "green", RowState.NEW.value),
    RowState.SAME: Badge(_("there already"), "secondary", RowState.SAME.value),
    RowState.DUPLICATE: Badge(_("twice in the file"), "orange", RowState.DUPLICATE.value),
    RowState.WRONG: Badge(_("wrong"), "red", RowState.WRONG.value),
}


def verdict_in_words(verdict: Verdict, sentences: Mapping[str, Words]) -> str:
    """What is wrong with the row; empty where nothing is. `sentences` are the subject's own, by problem."""
    if verdict.problem is None:
        return ""
    sentence = _OF_ROWS.get(verdict.problem) or sentences.get(verdict.problem)
    try:
        return verdict.detail or "" if sentence is None else str(sentence) % verdict.context
    except KeyError:  # the verdict says less than the sentence needs
        return verdict.detail or ""
