"""A real SMTP server on the loopback, which keeps what it is given, and refuses what it is told to."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from leasehold.reminders.mail_settings import MailSettings
from tests.embedded.installation import free_port

USER, PASSWORD = "licenses", "correct horse"


class Mailbox:
    """What has arrived, in order. `refusals` are the answers to further mails, by recipient; `""` is everybody."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusals: dict[str, str] = {}
        self.senders_refused = False
        self.hangs_up_after_taking = False
        self.port = 0

    async def handle_MAIL(  # noqa: N802  # as aiosmtpd calls it
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.senders_refused:
            return "550 5.7.1 not from you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.refusals.get(address) or self.refusals.get("")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        if self.hangs_up_after_taking:
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def settings(self, **changes: Any) -> MailSettings:
        values: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "user": None,
            "password": None,
            "sender": "Acme <licenses@vendor.test>",
        }
        return MailSettings(**values | changes)


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@contextmanager
def mailbox(*, starttls: ssl.SSLContext | None = None, authenticated: bool = False) -> Iterator[Mailbox]:
    """A server for as long as the block runs; with `starttls` it takes no mail without."""
    box = Mailbox()
    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": True} if starttls else {}
    if authenticated:
        options |= {"authenticator": _authenticate, "auth_required": True}
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
