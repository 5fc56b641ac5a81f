"""The pages about reminders: how they stand and what would be sent, the ledger, the rules."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.kit.orm import driver_connection
from leasehold.panel.context import db, installation
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.reminders.lines import mail_lines, untold_lines
from leasehold.panel.reminders.table import REMINDER_TABLE
from leasehold.panel.reminders.words import rule_words
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for
from leasehold.reminders.hours import leaves_at
from leasehold.reminders.mail_settings import missing_for_mails
from leasehold.reminders.planning import plan_mails
from leasehold.reminders.recipients import vendor_of
from leasehold.reminders.record import read_record
from leasehold.reminders.rules import list_rules, switch_rule
from leasehold.reminders.subject import look_at
from leasehold.reminders.vocabulary import ReminderKind

pages = Pages("reminders")
_MOST_SHOWN = 50


@pages.page("/reminders", needs=Right.READ)
def show_reminders() -> ResponseReturnValue:
    """Whether reminders are sent, what would be sent now, and the rules."""
    configuration = installation().configuration
    session = db()
    look = look_at(session, vendor_of(configuration))
    plan = plan_mails(look)
    return render_template(
        "reminders/reminders.html",
        configuration=configuration,
        missing=missing_for_mails(configuration),
        record=read_record(driver_connection(session)),
        mails=mail_lines(look, plan.mails[:_MOST_SHOWN], signed=configuration.mail_from or ""),
        mails_due=len(plan.mails),
        leaves_at=leaves_at(look),
        untold=untold_lines(plan, most=_MOST_SHOWN),
        untold_due=len(plan.untold),
        rules=[(rule, badge_for(ReminderKind(rule.kind)), rule_words(rule)) for rule in list_rules(session)],
    )


@pages.page("/reminders/all", needs=Right.READ)
def list_reminders() -> ResponseReturnValue:
    """The ledger: every reminder there ever was."""
    return answer_list(REMINDER_TABLE)


@pages.page("/reminders/all/bulk", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def change_many() -> ResponseReturnValue:
    """Send the mails of many reminders again."""
    return answer_bulk(REMINDER_TABLE)


@pages.page("/reminders/rules/<int:rule_id>", needs=Right.ADMINISTER, methods=("POST",))
def switch(rule_id: int) -> ResponseReturnValue:
    """Switch a rule on or off."""
    active = request.form.get("active") == "yes"
    switch_rule(db(), rule_id, active=active)
    flash(_("The rule is on.") if active else _("The rule is off."), "success")
    return redirect(url_for("reminders.show_reminders"), HTTPStatus.SEE_OTHER)
