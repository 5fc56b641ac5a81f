"""Mails that were given up, sent again where somebody asks: the same mails, so that none goes twice in silence."""

from sqlalchemy import func
from sqlalchemy.orm import Session

from leasehold.audit.service import record_event
from leasehold.reminders.errors import ReminderNotFound, ReminderNotGivenUp
from leasehold.reminders.models import ReminderEntry, ReminderMail
from leasehold.reminders.vocabulary import TOLD, MailState


def send_again(session: Session, reminder_id: int) -> ReminderMail:
    """Let the mail of a reminder that was given up be tried once more; who asked for it is audited.

    It leaves with the next ones under its own Message-ID, and says what is true then. Where the contact is reached
    elsewhere by now, it is withdrawn, and what it told is due anew. One that waits for its next attempt goes on
    waiting. Raises `ReminderNotFound` and `ReminderNotGivenUp`.
    """
    entry = session.get(ReminderEntry, reminder_id)
    if entry is None:
        raise ReminderNotFound(reminder_id)
    mail = session.get_one(ReminderMail, entry.mail_id, with_for_update=True)
    if entry.state == TOLD and mail.state == MailState.WAITING:  # another reminder of the same mail was asked for
        return mail
    if entry.state != TOLD or mail.state != MailState.GIVEN_UP:
        raise ReminderNotGivenUp(reminder_id)
    mail.state, mail.next_attempt_at = MailState.WAITING.value, func.clock_timestamp()
    record_event(
        session, "reminder_again", table="reminder_mails", row_id=str(mail.id), details={"attempts": mail.attempts}
    )
    session.flush()
    session.refresh(mail)
    return mail
