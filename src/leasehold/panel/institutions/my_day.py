"""My day: what whoever looks has to do, the most urgent first, and the leads that they have nothing planned for."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone

from leasehold.leads.activities import activities_of
from leasehold.leads.lists import neglected_leads
from leasehold.leads.vocabulary import Light
from leasehold.panel.context import db, person
from leasehold.panel.institutions.words import stage_badge
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for

pages = Pages("my_day")
_SHOWN = (Light.LATE, Light.TODAY, Light.PLANNED)


@pages.page("/my-day", needs=Right.READ)
def show_my_day() -> ResponseReturnValue:
    """What is late, due today, and planned; and what is forgotten."""
    me = person()
    lines = activities_of(db(), get_timezone(), me.id) if me else []
    groups = [(badge_for(light), [line for line in lines if line.light is light]) for light in _SHOWN]
    return render_template(
        "institutions/my_day.html",
        groups=groups,
        neglected=neglected_leads(db(), get_timezone(), me.id) if me else [],
        stage_badge=stage_badge,
    )
