"""How mails are sent is said by the environment; the ways to the server are safe ones."""

import ssl
from pathlib import Path

import pytest

from leasehold.customers.vocabulary import Language
from leasehold.deployment.certificates import keep_trial_certificate
from leasehold.kit.configuration import load_configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.reminders.errors import MailNotTaken, MailServerAway, RemindersOff
from leasehold.reminders.mail_settings import keep_mail_password, missing_for_mails, read_mail_settings
from leasehold.reminders.trying import send_test_mail
from tests.reminders.mailbox import PASSWORD, USER, Mailbox, mailbox
from tests.reminders.stock import END

SENDER = "Acme <licenses@vendor.test>"


def test_reminders_are_off_until_server_and_sender_are_said(tmp_path: Path) -> None:
    configuration = load_configuration(data_dir=tmp_path)
    assert missing_for_mails(configuration) == ["LEASEHOLD_SMTP_HOST", "LEASEHOLD_MAIL_FROM"]
    with pytest.raises(RemindersOff, match="set LEASEHOLD_MAIL_FROM to turn"):
        read_mail_settings(load_configuration(data_dir=tmp_path, smtp_host="mail.test"))


def test_a_user_needs_a_password_which_is_kept_among_the_secrets(tmp_path: Path) -> None:
    configuration = load_configuration(data_dir=tmp_path, smtp_host="mail.test", mail_from=SENDER, smtp_user=USER)
    with pytest.raises(ConfigurationError, match="leasehold reminder password"):
        read_mail_settings(configuration)
    keep_mail_password(tmp_path, PASSWORD)
    settings = read_mail_settings(configuration)
    assert (settings.password, settings.server, settings.sender_domain) == (PASSWORD, "mail.test:587", "vendor.test")
    keep_mail_password(tmp_path, "")
    with pytest.raises(ConfigurationError):
        read_mail_settings(configuration)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mail_from", "Acme"),
        ("mail_from", "Acme <licenses@>"),
        ("mail_from", "Acme\n <a@b.test>"),
        ("mail_from", "a@b.test, c@d.test"),
        ("mail_vendor", SENDER),
        ("smtp_tls", "ssl"),
        ("mail_language", "fr"),
        ("smtp_host", ""),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"LEASEHOLD_{name.upper()}", value)
    with pytest.raises(ConfigurationError, match=f"LEASEHOLD_{name.upper()} is not usable"):
        load_configuration()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate that this machine trusts."""
    certificate, key = tmp_path / "mail.crt", tmp_path / "mail.key"
    keep_trial_certificate(certificate, key, ("localhost",), now=END.now(END.tzinfo))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return context


def test_by_starttls_with_a_password(tls: ssl.SSLContext) -> None:
    with mailbox(starttls=tls, authenticated=True) as box:
        right = box.settings(host="localhost", tls="starttls", user=USER, password=PASSWORD)
        send_test_mail(right, "me@vendor.test", Language.DE, moment=END)
        assert box.subjects == ["Leasehold kann E-Mails senden"]
        wrong = box.settings(host="localhost", tls="starttls", user=USER, password="wrong")
        with pytest.raises(MailServerAway, match="535"):
            send_test_mail(wrong, "me@vendor.test", Language.EN, moment=END)
        another_name = box.settings(host="127.0.0.1", tls="starttls", user=USER, password=PASSWORD)
        with pytest.raises(MailServerAway, match="certificate"):
            send_test_mail(another_name, "me@vendor.test", Language.EN, moment=END)
        with pytest.raises(MailServerAway, match="530"):
            send_test_mail(box.settings(), "me@vendor.test", Language.EN, moment=END)


def test_a_server_without_tls_is_not_spoken_to_by_default(box: Mailbox) -> None:
    with pytest.raises(MailServerAway, match="STARTTLS"):
        send_test_mail(box.settings(tls="starttls"), "me@vendor.test", Language.EN, moment=END)
    assert box.mails == []


def test_a_password_leaves_this_machine_by_tls_alone() -> None:
    settings = Mailbox().settings(host="192.0.2.1", user=USER, password=PASSWORD)
    with pytest.raises(MailServerAway, match="could be read on the way"):
        send_test_mail(settings, "me@vendor.test", Language.EN, moment=END)


def test_an_address_that_is_not_taken_is_said(box: Mailbox) -> None:
    box.refusals[""] = "550 5.1.1 no such user"
    with pytest.raises(MailNotTaken, match="no such user"):
        send_test_mail(box.settings(), "me@vendor.test", Language.EN, moment=END)
    with pytest.raises(MailNotTaken, match="no address"):
        send_test_mail(box.settings(), "me", Language.EN, moment=END)
