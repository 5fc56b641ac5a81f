"""What is needed to start: read once from the environment and the data directory, checked with one sentence."""

import os
import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import platformdirs

from leasehold.kit.errors import ConfigurationError
from leasehold.kit.mail_address import is_mail_address, is_sender
from leasehold.kit.web_address import parse_web_address

ENVIRONMENT_PREFIX = "LEASEHOLD_"
_WHERE = re.compile(r"(?P<reason>.*) - at `\$\.(?P<name>\w+)")

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


def default_data_dir() -> Path:
    """The platform's data directory: of the system for root, of the user otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/leasehold")
    return Path(platformdirs.user_data_dir("leasehold"))


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a process of Leasehold must know before it can ask the database.

    Each field is the environment variable `LEASEHOLD_` + its name in capitals.
    """

    data_dir: Path = msgspec.field(default_factory=default_data_dir)
    """Where all data of this installation lives."""

    database_url: str | None = None
    """An existing PostgreSQL 15+ (owner of the database) instead of the embedded one."""

    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"
    """Address that the license server and the panel listen on."""

    server_port: Port = 8090
    """TCP port of the license server."""

    panel_port: Port = 8091
    """TCP port of the admin panel."""

    server_workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Processes of the license server."""

    panel_url: str | None = None
    """Where people reach the panel, if a proxy stands before it (https://admin.example.org).

    The setting of the same name wins over it: see `settings/panel_url.py`.
    """

    insecure: bool = False
    """Serve the panel to other machines without TLS all the same."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks, separated by commas, whose X-Forwarded-For is believed."""

    smtp_host: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    """The mail server that reminders are sent by; without one, reminders are off."""

    smtp_port: Port = 587
    """TCP port of the mail server."""

    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    """How the mail server is spoken to: TLS begun on a plain connection, TLS from the start, or none."""

    smtp_user: str | None = None
    """Who we are to the mail server, if it asks; the password is kept by `leasehold reminder password`."""

    mail_from: str | None = None
    """Whom reminders come from, such as `Acme <licenses@example.org>`; without it, reminders are off."""

    mail_vendor: str | None = None
    """Where the vendor's own reminders go, such as those of pools that run low; without it, nowhere."""

    mail_language: Literal["de", "en"] = "en"
    """The language of the vendor's own reminders; customers are written to in theirs."""

    @property
    def embedded(self) -> bool:
        """Whether PostgreSQL runs out of the data directory."""
        return self.database_url is None

    def as_environment(self) -> dict[str, str]:
        """The environment variables that give another process this very configuration."""
        return {
            _variable(name): ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in msgspec.structs.asdict(self).items()
            if value is not None
        }


def load_configuration(**overrides: object) -> Configuration:
    """The configuration in force; `overrides` (from the command line) win over the environment.

    Raises `ConfigurationError` with one sentence that names the variable and what is wrong with it.
    """
    given: dict[str, object] = {
        name: os.environ[_variable(name)] for name in Configuration.__struct_fields__ if _variable(name) in os.environ
    }
    given |= {name: value for name, value in overrides.items() if value is not None}
    read = {name: _READERS[name](name, str(value)) if name in _READERS else value for name, value in given.items()}
    try:
        return msgspec.convert(read, Configuration, strict=False, dec_hook=_as_it_is)
    except msgspec.ValidationError as error:
        found = _WHERE.match(str(error))
        name, reason = (found["name"], found["reason"]) if found else ("", str(error))
        raise _not_usable(name, reason[:1].lower() + reason[1:], given.get(name)) from error


def _absolute(_name: str, text: str) -> Path:
    return Path(text).expanduser().absolute()


def _postgresql(name: str, text: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise ConfigurationError(
            f"{_variable(name)} is not usable: must begin with postgresql://."
        )  # may hold a password
    return text


def _web_address(name: str, text: str) -> str:
    address = parse_web_address(text)
    if address is None:
        raise _not_usable(name, "must be like https://admin.example.org, without a path", text)
    return address


def _networks(name: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ip_network(part.strip())) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise _not_usable(name, str(error), text) from error


def _sender(name: str, text: str) -> str:
    if not is_sender(text):
        raise _not_usable(name, "must be an address such as licenses@example.org or Acme <licenses@example.org>", text)
    return text


def _mail_address(name: str, text: str) -> str:
    if not is_mail_address(text):
        raise _not_usable(name, "must be an address such as vendor@example.org", text)
    return text


_READERS: dict[str, Callable[[str, str], object]] = {
    "data_dir": _absolute,
    "database_url": _postgresql,
    "panel_url": _web_address,
    "trusted_proxies": _networks,
    "mail_from": _sender,
    "mail_vendor": _mail_address,
}


def _as_it_is(_kind: type, value: object) -> object:
    """What a reader has made is what it should be."""
    return value


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper()


def _not_usable(name: str, reason: str, value: object) -> ConfigurationError:
    return ConfigurationError(f"{_variable(name)} is not usable: {reason} (it is {value!r}).")
