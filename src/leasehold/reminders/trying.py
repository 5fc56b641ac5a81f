"""One mail to an address of one's own, to see whether mails arrive."""

from datetime import datetime
from email.utils import make_msgid

from leasehold.customers.vocabulary import Language
from leasehold.reminders.errors import MailNotTaken
from leasehold.reminders.letters import write_letter
from leasehold.reminders.mail_server import Fate, compose, hand_over, mail_server
from leasehold.reminders.mail_settings import MailSettings
from leasehold.reminders.sending import NO_ADDRESS


def send_test_mail(settings: MailSettings, address: str, language: Language, *, moment: datetime) -> str:
    """Send it, and return its Message-ID. Raises `MailServerAway` and `MailNotTaken`."""
    letter = write_letter("test", language, signed=settings.sender_name)
    message_id = make_msgid(domain=settings.sender_domain)
    message = compose(settings, letter, address, message_id=message_id, moment=moment)
    if message is None:
        raise MailNotTaken(address, NO_ADDRESS)
    with mail_server(settings) as server:
        answer = hand_over(settings, server, message)
    if answer.fate is not Fate.TAKEN:
        raise MailNotTaken(address, answer.reason or "")
    return message_id
