"""Whether mails can be sent, by which server and in whose name: the environment says so, and one secret."""

from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Final

from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.secrets_file import change_secrets, read_or_create_secrets
from leasehold.reminders.errors import RemindersOff

_PASSWORD: Final = "smtp_password"  # noqa: S105  # its name among the secrets
_NEEDED: Final = ("smtp_host", "mail_from")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mails are sent. `sender` is a line such as `Acme <licenses@example.org>`."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None
    sender: str

    @property
    def server(self) -> str:
        """The server as people name it."""
        return f"{self.host}:{self.port}"

    @property
    def sender_name(self) -> str:
        """The name that mails are signed with: the sender's, or its address where it has none."""
        name, address = parseaddr(self.sender)
        return name or address

    @property
    def sender_domain(self) -> str:
        """The domain that mails come from."""
        return parseaddr(self.sender)[1].rpartition("@")[2]


def missing_for_mails(configuration: Configuration) -> list[str]:
    """The environment variables that have to be set before anything is sent; none where mails can be sent."""
    return [f"LEASEHOLD_{name.upper()}" for name in _NEEDED if getattr(configuration, name) is None]


def read_mail_settings(configuration: Configuration) -> MailSettings:
    """How mails are sent. Raises `RemindersOff`, and `ConfigurationError` for a user without a password."""
    host, sender = configuration.smtp_host, configuration.mail_from
    if host is None or sender is None:
        raise RemindersOff(missing_for_mails(configuration))
    password = None
    if configuration.smtp_user is not None:
        password = read_or_create_secrets(configuration.data_dir).get(_PASSWORD)
        if password is None:
            raise ConfigurationError(
                "LEASEHOLD_SMTP_USER is set, and its password is not known: keep it with `leasehold reminder password`."
            )
    return MailSettings(
        host, configuration.smtp_port, configuration.smtp_tls, configuration.smtp_user, password, sender
    )


def keep_mail_password(data_dir: Path, password: str) -> None:
    """Keep the password of the mail server's user among the secrets; an empty one takes it away.

    Raises `ConfigurationError` where they cannot be read.
    """
    with change_secrets(data_dir) as secrets:
        secrets.pop(_PASSWORD, None)
        if password:
            secrets[_PASSWORD] = password
