"""The sentences of what `privacy` refuses, by code and problem."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

OF_PRIVACY: Final[dict[tuple[str, str | None], LazyString]] = {
    ("person_not_found", None): _("There is no person number %(id)s: look for them in the list of people."),
    ("person_restricted", None): _(
        "The data of this person are restricted, so they are kept as they are: lift the restriction, or say that they "
        "are to be erased all the same."
    ),
    ("person_erased", None): _("This person was erased: nothing is left that could be changed."),
    ("person_not_restricted", None): _("The data of this person are not restricted: there is nothing to lift."),
    ("person_was_erased", None): _(
        "Somebody who is reached by “%(value)s” was erased on %(day)s, so they were not written down again: leave them "
        "out, or say that they have agreed to it anew."
    ),
    ("privacy_request_not_found", None): _("There is no request number %(id)s: look for it in the register."),
    ("privacy_request_done", None): _("This request is done already: register what was asked since as another one."),
    ("privacy_request_invalid", "nobody"): _(
        "Somebody has asked: name the person by number, or say in words who it is."
    ),
    ("privacy_request_invalid", "in_the_future"): _(
        "The request would come in the future: choose the day on which it came."
    ),
    ("privacy_request_invalid", "extended_already"): _(
        "The time was extended already, and can be only once: answer now."
    ),
    ("privacy_request_invalid", "extended_late"): _(
        "The month is over, so the time cannot be extended any more: answer now."
    ),
    ("privacy_request_invalid", "done_outside"): _(
        "A request is done between the day on which it came and today: choose another day."
    ),
    ("retention_not_proposed", None): _(
        "No rule proposes to erase person number %(id)s now, so nobody was erased: look at the proposals again."
    ),
    ("retention_keep_invalid", "over"): _("The day is over: choose today or a later one."),
    ("retention_keep_invalid", "too_far"): _(
        "Nobody is kept for more than %(most)s years at once: choose an earlier day."
    ),
    ("retention_months_invalid", None): _(
        "A rule waits 1 to %(most)s months, or for ever: choose another number, or leave it empty."
    ),
}
