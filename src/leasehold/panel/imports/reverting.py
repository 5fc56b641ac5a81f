"""The page that takes an import back, whatever was imported: it asks for the reason, and makes a backup first."""

from collections.abc import Callable, Sequence

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.panel.reasons import Question, ask_reason


def answer_revert(
    import_id: int, sentence: str, names: Sequence[str], back: str, revert: Callable[[str], object]
) -> ResponseReturnValue:
    """Ask with `sentence`, which says what goes; then `revert` with the reason, and go `back`."""

    def do(reason: str) -> str:
        revert(reason)
        return str(_("The import is reverted."))

    return ask_reason(Question(_("Revert import"), sentence, names, back, f"taking back the import {import_id}"), do)
