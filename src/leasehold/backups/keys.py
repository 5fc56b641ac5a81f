"""The keys that backups are sealed for: this server's, which makes a restore one click, and the recovery key.

The recovery key is for the day when the server is gone. Its private half is here only until somebody has proved to have
it elsewhere (`recovery_kit.confirm`). All are age keys, in the secrets file.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from pyrage import IdentityError
from pyrage.x25519 import Identity

from leasehold.kit.errors import ConfigurationError
from leasehold.kit.secrets_file import FILE_NAME, change_secrets, read_or_create_secrets

_ENTRY = "backup_keys"


@dataclass(frozen=True)
class Keys:
    """`identities` open what this server has sealed, the current one first; `recipients` are whom it seals for.

    `recovery_secret` is the recovery key's private half, None once that is `recovery_confirmed`.
    """

    identities: tuple[str, ...]
    recipients: tuple[str, ...]
    recovery_confirmed: bool
    recovery_secret: str | None

    @property
    def recovery_recipient(self) -> str:
        """The recovery key's public half."""
        return self.recipients[1]


class _Recovery(msgspec.Struct):
    recipient: str
    secret: str | None = None
    confirmed_at: str | None = None


class _Stored(msgspec.Struct):
    identities: list[str]
    recovery: _Recovery


def load_keys(data_dir: Path) -> Keys:
    """The installation's keys; they are made where there are none, once, however many processes ask.

    Raises `ConfigurationError` where the secrets file or a key in it is damaged.
    """
    entry = read_or_create_secrets(data_dir).get(_ENTRY)
    if entry is None:
        with change_secrets(data_dir) as secrets:
            entry = secrets.setdefault(_ENTRY, msgspec.to_builtins(_new_keys()))
    return _keys(_read(entry, data_dir), data_dir)


def forget_recovery_secret(data_dir: Path, recipient: str) -> None:
    """Keep only the public half of the recovery key `recipient`, and since when; another one is left alone."""
    with change_secrets(data_dir) as secrets:
        stored = _read(secrets[_ENTRY], data_dir)
        if stored.recovery.recipient == recipient and stored.recovery.secret is not None:
            stored.recovery = _Recovery(recipient, None, datetime.now(UTC).isoformat(timespec="seconds"))
            secrets[_ENTRY] = msgspec.to_builtins(stored)


def replace_recovery_key(data_dir: Path) -> None:
    """Make a new recovery key, which nobody has confirmed; backups made from now on are sealed for it."""
    load_keys(data_dir)
    with change_secrets(data_dir) as secrets:
        stored = _read(secrets[_ENTRY], data_dir)
        stored.recovery = _new_recovery()
        secrets[_ENTRY] = msgspec.to_builtins(stored)


def _keys(stored: _Stored, data_dir: Path) -> Keys:
    try:
        server = str(Identity.from_str(stored.identities[0]).to_public())
    except (IdentityError, IndexError) as error:
        raise _damaged(data_dir) from error
    recovery = stored.recovery
    return Keys(tuple(stored.identities), (server, recovery.recipient), recovery.secret is None, recovery.secret)


def _read(entry: Any, data_dir: Path) -> _Stored:
    try:
        return msgspec.convert(entry, _Stored)
    except msgspec.ValidationError as error:
        raise _damaged(data_dir) from error


def _damaged(data_dir: Path) -> ConfigurationError:
    return ConfigurationError(f"{data_dir / FILE_NAME} is damaged ({_ENTRY}): put it back from a backup.")


def _new_keys() -> _Stored:
    return _Stored([str(Identity.generate())], _new_recovery())


def _new_recovery() -> _Recovery:
    identity = Identity.generate()
    return _Recovery(str(identity.to_public()), str(identity))
