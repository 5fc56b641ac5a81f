"""The rules that reminders are due by: they are there from the start, and switched on and off."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.reminders.errors import ReminderRuleNotFound
from leasehold.reminders.models import ReminderRule


def list_rules(session: Session) -> Sequence[ReminderRule]:
    """All rules, first the ladder of days from its first rung to its last."""
    ladder = ReminderRule.days_before.desc().nulls_last()
    return session.scalars(select(ReminderRule).order_by(ladder, ReminderRule.kind)).all()


def switch_rule(session: Session, rule_id: int, *, active: bool) -> ReminderRule:
    """From now on the rule is, or is not, gone by. What a rule that is off would have told is not made up for where a
    nearer one has told it.

    Raises `ReminderRuleNotFound`.
    """
    rule = session.get(ReminderRule, rule_id, with_for_update={"key_share": True})
    if rule is None:
        raise ReminderRuleNotFound(rule_id)
    rule.active = active
    session.flush()
    return rule
