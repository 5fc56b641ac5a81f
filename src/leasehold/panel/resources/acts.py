"""What an operator can do to resources, one by one or many at once: each asks first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session
from wtforms import DateField, Form, StringField
from wtforms.validators import InputRequired, Length

from leasehold.panel.lists.table import BulkAct
from leasehold.panel.reasons import ReasonForm
from leasehold.panel.rights import Right
from leasehold.resources import keeping, releasing
from leasehold.resources.vocabulary import ResourceState
from leasehold.settings.days import end_of, time_zone


class ReserveForm(Form):  # type: ignore[misc]  # WTForms has no types
    """For whom, until when?"""

    reserved_for = StringField(
        _("Reserved for"),
        validators=[
            InputRequired(_("Say whom it is reserved for.")),
            Length(max=keeping.LONGEST_RESERVED_FOR, message=_("Say it in at most %(max)d characters.")),
        ],
    )
    until = DateField(_("Until (last day)"), validators=[InputRequired(_("Choose the last day."))])


class AgreeForm(Form):  # type: ignore[misc]  # WTForms has no types
    """Nothing more than that it shall be done."""


@dataclass(frozen=True, slots=True)
class ResourceAct:
    """Something done to the resource `value`: `question` is asked with the number of them, `done` said afterwards.

    It makes sense for resources that stand as `possible_for` says.
    """

    name: str
    title: LazyString
    question: Callable[[int], str]
    done: Callable[[], str]
    run: Callable[[Session, str, Any], object]
    possible_for: frozenset[ResourceState]
    icon: str
    form: type[Form] = AgreeForm
    guarded: bool = False

    @property
    def for_many(self) -> BulkAct:
        """The same for many rows of a list."""

        def run(session: Session, key: str, form: Any) -> None:
            self.run(session, key, form)

        return BulkAct(
            self.name,
            self.title,
            self.question,
            run,
            Right.CHANGE_LICENSES,
            form=self.form,
            icon=self.icon,
            guarded=self.guarded,
        )


def _reserve(session: Session, value: str, form: Any) -> None:
    until = end_of(form.until.data.isoformat(), time_zone(session))
    keeping.reserve(session, [value], until=until, reserved_for=form.reserved_for.data)


def _ask_release(count: int) -> str:
    return str(
        ngettext(
            "Release %(num)s resource? Its license loses it at once, and it goes into quarantine.",
            "Release %(num)s resources? Their licenses lose them at once, and they go into quarantine.",
            count,
        )
    )


def _ask_reserve(count: int) -> str:
    return str(
        ngettext(
            "Reserve %(num)s resource? No license gets it until then.",
            "Reserve %(num)s resources? No license gets them until then.",
            count,
        )
    )


def _ask_lift(count: int) -> str:
    return str(ngettext("Lift %(num)s reservation?", "Lift %(num)s reservations?", count))


def _ask_end_quarantine(count: int) -> str:
    return str(
        ngettext(
            "End the quarantine of %(num)s resource now? The next license may get the former one's calls and visitors.",
            "End the quarantine of %(num)s resources now? The next licenses may get the former ones' calls and "
            "visitors.",
            count,
        )
    )


def _ask_retire(count: int) -> str:
    return str(
        ngettext(
            "Retire %(num)s resource? No license gets it any more.",
            "Retire %(num)s resources? No license gets them any more.",
            count,
        )
    )


def _ask_bring_back(count: int) -> str:
    return str(ngettext("Bring %(num)s resource back?", "Bring %(num)s resources back?", count))


RESOURCE_ACTS = (
    ResourceAct(
        "release",
        _("Release"),
        _ask_release,
        lambda: gettext("It is released, and in quarantine."),
        lambda session, value, _form: releasing.release_from_holder(session, value),
        frozenset({ResourceState.ALLOCATED}),
        "restore",
        guarded=True,
    ),
    ResourceAct(
        "reserve",
        _("Reserve"),
        _ask_reserve,
        lambda: gettext("It is reserved."),
        _reserve,
        frozenset({ResourceState.FREE, ResourceState.RESERVED, ResourceState.QUARANTINED}),
        "bookmark",
        form=ReserveForm,
    ),
    ResourceAct(
        "lift_reservation",
        _("Lift reservation"),
        _ask_lift,
        lambda: gettext("It is reserved for nobody any more."),
        lambda session, value, _form: keeping.lift_reservation(session, [value]),
        frozenset({ResourceState.RESERVED}),
        "lock-open",
    ),
    ResourceAct(
        "end_quarantine",
        _("End quarantine"),
        _ask_end_quarantine,
        lambda: gettext("Its quarantine is over."),
        lambda session, value, form: releasing.end_quarantine(session, [value], form.reason.data),
        frozenset({ResourceState.QUARANTINED}),
        "clock",
        form=ReasonForm,
    ),
    ResourceAct(
        "retire",
        _("Retire"),
        _ask_retire,
        lambda: gettext("It is retired."),
        lambda session, value, form: keeping.retire(session, [value], reason=form.reason.data),
        frozenset({ResourceState.FREE, ResourceState.QUARANTINED}),
        "ban",
        form=ReasonForm,
        guarded=True,
    ),
    ResourceAct(
        "bring_back",
        _("Bring back"),
        _ask_bring_back,
        lambda: gettext("It is there again."),
        lambda session, value, _form: keeping.bring_back(session, [value]),
        frozenset({ResourceState.RETIRED}),
        "rotate",
    ),
)
