"""How the rules of reminders read."""

from flask_babel import gettext as _
from flask_babel import ngettext

from leasehold.reminders.models import ReminderRule
from leasehold.reminders.vocabulary import ReminderKind


def rule_words(rule: ReminderRule) -> str:
    """When the rule has something told."""
    days = rule.days_before
    if rule.kind == ReminderKind.ACTIVITY_DUE:
        return str(_("when the day of an activity has come"))
    if days is None:
        return str(_("when a pool falls below its low-water mark"))
    if days > 0:
        return str(ngettext("%(num)s day before the end", "%(num)s days before the end", days))
    if days < 0:
        return str(ngettext("%(num)s day after the end", "%(num)s days after the end", -days))
    return str(_("at the end"))
