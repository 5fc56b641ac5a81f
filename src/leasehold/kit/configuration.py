"""What is needed to start: read once from the environment and the data directory, checked with one sentence."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from leasehold.kit.errors import ConfigurationError

ENVIRONMENT_PREFIX = "LEASEHOLD_"
_DATABASE_URL = re.compile(r"^postgres(ql)?://")


def default_data_dir() -> Path:
    """The platform's data directory: of the system for root, of the user otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/leasehold")
    return Path(platformdirs.user_data_dir("leasehold"))


class Configuration(BaseSettings):
    """Everything a process of Leasehold must know before it can ask the database.

    Each field is the environment variable `LEASEHOLD_` + its name in capitals.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir, description="Where all data of this installation lives.")
    database_url: str | None = Field(
        default=None,
        description="An existing PostgreSQL 15+ (owner of the database) instead of the embedded one.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that the license server and the panel listen on.",
    )
    server_port: int = Field(default=8090, ge=1, le=65535, description="TCP port of the license server.")
    panel_port: int = Field(default=8091, ge=1, le=65535, description="TCP port of the admin panel.")
    server_workers: int = Field(default=1, ge=1, le=64, description="Processes of the license server.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks, separated by commas, whose X-Forwarded-For is believed.",
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str | None) -> str | None:
        if value is not None and not _DATABASE_URL.match(value):
            message = "must begin with postgresql://"
            raise ValueError(message)
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, (list, tuple)):
            return value
        return tuple(str(ip_network(str(part).strip())) for part in parts if str(part).strip())

    @property
    def embedded(self) -> bool:
        """Whether PostgreSQL runs out of the data directory."""
        return self.database_url is None

    def as_environment(self) -> dict[str, str]:
        """The environment variables that give another process this very configuration."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            ENVIRONMENT_PREFIX + name.upper(): ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in given.items()
            if value is not None
        }


def load_configuration(**overrides: object) -> Configuration:
    """The configuration in force; `overrides` (from the command line) win over the environment.

    Raises `ConfigurationError` with one sentence that names the variable and what is wrong with it.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Configuration(**given)  # type: ignore[arg-type]  # values are checked by the model
    except ValidationError as error:
        first = error.errors()[0]
        name = ENVIRONMENT_PREFIX + str(first["loc"][0] if first["loc"] else "").upper()
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(f"{name} is not usable: {reason} (it is {first['input']!r}).") from error
