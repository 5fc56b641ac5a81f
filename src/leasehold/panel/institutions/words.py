"""The stages that an installation begins with, as people read them; a stage that was named here keeps its name."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.panel.lists.table import Badge

_STAGES: Final[dict[str, LazyString]] = {
    "New": _("New"),
    "Contacted": _("Contacted"),
    "Qualified": _("Qualified"),
    "Offer": _("Offer"),
    "On hold": _("On hold"),
    "Lost": _("Lost"),
    "Won": _("Won"),
}


def stage_words(name: str) -> str:
    """A stage's name in the reader's language, where we know it."""
    return str(_STAGES.get(name, name))


def stage_badge(name: str | None, colour: str = "azure") -> Badge | None:
    """A stage as a cell of a list."""
    return None if name is None else Badge(stage_words(name), colour, name)
