"""What happened with an institution, in one order: what was done, noted, and decided about its stage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from leasehold.leads.activities import ActivityLine
from leasehold.leads.notes import NoteLine
from leasehold.leads.pipeline import Stay
from leasehold.leads.vocabulary import ActivityKind
from leasehold.panel.institutions.markdown import rendered
from leasehold.panel.institutions.words import stage_words
from leasehold.panel.words import words_for

_LONGEST_BEGINNING = 120


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when, who did it, what it was, and what came of it."""

    at: datetime
    by: str
    title: str
    text: str


def timeline_of(done: Iterable[ActivityLine], notes: Iterable[NoteLine], stays: Iterable[Stay]) -> list[Event]:
    """All of it, the latest first."""
    events = [*map(_activity, done), *map(_note, notes), *map(_stay, stays)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _activity(line: ActivityLine) -> Event:
    one = line.activity
    subject = f"{words_for(ActivityKind(one.kind))}: {one.subject}"
    title = subject if line.person is None else f"{subject} ({line.person})"
    return Event(one.done_at or one.created_at, one.done_by or one.made_by, title, one.outcome or "")


def _note(line: NoteLine) -> Event:
    title = _("Note") if line.version.number == 1 else _("Note, version %(number)s", number=line.version.number)
    beginning = rendered(line.version.body).striptags()
    text = beginning if len(beginning) <= _LONGEST_BEGINNING else f"{beginning[:_LONGEST_BEGINNING]}…"
    return Event(line.version.created_at, line.version.made_by, title, text)


def _stay(stay: Stay) -> Event:
    title = _("Stage: %(stage)s", stage=stage_words(stay.stage.name))
    return Event(stay.entered_at, stay.moved_by, title, stay.lost_reason or "")
