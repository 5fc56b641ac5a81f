"""Stages and days as people read them.

Stages that an installation begins with are known here in the reader's language; one that was named keeps its name.
"""

from datetime import datetime
from typing import Final

from flask_babel import format_date, format_time, get_timezone
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.leads.due import day_and_time
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


def due_words(due_at: datetime) -> str:
    """Until when something is to be done: the day, with the time where one was said."""
    day, at = day_and_time(due_at, get_timezone())
    return str(format_date(day)) if at is None else f"{format_date(day)}, {format_time(due_at, 'short')}"
