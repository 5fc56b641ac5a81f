"""The sentences of what `reminders` refuses, by code and problem."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

OF_REMINDERS: Final[dict[tuple[str, str | None], LazyString]] = {
    ("reminders_off", None): _("Reminders are off, so nothing was sent: set %(missing)s to turn them on."),
    ("reminders_busy", None): _("Reminders are being sent just now: wait until that is done."),
    ("mail_server_away", None): _(
        "The mail server %(server)s cannot be used (%(reason)s): look at its address, and whether it lets us in."
    ),
    ("mail_not_taken", None): _(
        "The mail server did not take the mail to %(address)s (%(reason)s): look for a typing mistake."
    ),
    ("reminder_not_found", None): _("There is no reminder number %(id)s: look for it in the list of all reminders."),
    ("reminder_not_given_up", None): _(
        "Reminder number %(id)s was not given up, so it is not sent again: it was sent, is being sent, or need not be "
        "told any more."
    ),
    ("reminder_rule_not_found", None): _("There is no such rule: look at the rules of the reminders again."),
}
