"""Mails handed to a server by SMTP, and what it says to them."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum
from ipaddress import ip_address

import idna

from leasehold.reminders.errors import MailServerAway
from leasehold.reminders.letters import Letter
from leasehold.reminders.mail_settings import MailSettings

_TIMEOUT_SECONDS = 30.0
_PERMANENT = range(500, 600)


class Fate(Enum):
    """What became of a mail: taken; not now; never; or nobody knows, since the connection broke."""

    TAKEN = "taken"
    NOT_NOW = "not_now"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a mail, and in the server's words why it was not taken."""

    fate: Fate
    reason: str | None = None


@contextmanager
def mail_server(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A connection to the server, let in; its certificate is checked. Raises `MailServerAway`.

    A password goes to another machine by TLS alone.
    """
    if settings.tls == "none" and settings.user is not None and not _is_here(settings.host):
        raise MailServerAway(settings.server, "without TLS the password could be read on the way")
    try:
        connection = _connect(settings)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise MailServerAway(settings.server, _in_words(error)) from error
    try:
        yield connection
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()


def compose(
    settings: MailSettings, letter: Letter, address: str, *, message_id: str, moment: datetime
) -> EmailMessage | None:
    """The mail to that address; None where it is none that a mail can have."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    try:
        name, _, domain = address.rpartition("@")
        message["To"] = f"{name}@{idna.encode(domain, uts46=True).decode()}"
    except (ValueError, IndexError, MessageError):  # IndexError: the header's parser, of what ends too early
        return None
    return message if len(message["To"].addresses) == 1 and not message["To"].defects else None


def hand_over(settings: MailSettings, server: smtplib.SMTP, message: EmailMessage) -> Answer:
    """Give the server the mail. Raises `MailServerAway` where it takes nothing from our sender."""
    try:
        server.send_message(message)
    except smtplib.SMTPSenderRefused as refused:
        reason = f"to our sender {settings.sender} it says {_in_words(refused)}"
        raise MailServerAway(settings.server, reason) from refused
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return _refused(code, words)
    except smtplib.SMTPResponseException as refused:
        return _refused(refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        return Answer(Fate.NEVER, _in_words(error))
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Fate.UNKNOWN, _in_words(error))
    return Answer(Fate.TAKEN)


def _connect(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.tls == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)
    try:
        if settings.tls == "starttls":
            connection.starttls(context=context)
        if settings.user is not None:
            connection.login(settings.user, settings.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_here(host: str) -> bool:
    """Whether the server is this machine."""
    try:
        return ip_address(socket.gethostbyname(host)).is_loopback
    except (OSError, ValueError):
        return False


def _refused(code: int, words: bytes | str) -> Answer:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    reason = f"{code} {' '.join(text.split())}"
    return Answer(Fate.NEVER if code in _PERMANENT else Fate.NOT_NOW, reason)


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_refused(error.smtp_code, error.smtp_error).reason)
    return " ".join(str(error).split()) or type(error).__name__
