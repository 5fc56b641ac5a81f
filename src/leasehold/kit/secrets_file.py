"""The one file that holds every secret of an installation, readable by its owner alone."""

import copy
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leasehold.kit.errors import ConfigurationError

FILE_NAME = "secrets.json"
_LOCK_NAME = "secrets.lock"
_TOKENS = (
    "owner_password",
    "server_password",
    "panel_password",
    "worker_password",
    "backup_password",
    "superuser_password",
    "panel_secret_key",
    "second_factor_key",
    "erasure_key",
)


def read_or_create_secrets(data_dir: Path) -> dict[str, Any]:
    """The secrets of the installation in `data_dir`; what is missing is made and kept (mode 0600).

    Raises `ConfigurationError` where the file cannot be read, or others could read it.
    """
    known = _read(data_dir / FILE_NAME)
    if all(name in known for name in _TOKENS):
        return known
    with change_secrets(data_dir) as values:
        return values


def secrets_stamp(data_dir: Path) -> object:
    """Something that is another one once the file has changed, read without opening it."""
    try:
        found = (data_dir / FILE_NAME).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def change_secrets(data_dir: Path) -> Iterator[dict[str, Any]]:
    """The secrets, to be changed in place and kept at the end: one process at a time, in any number of them.

    Raises `ConfigurationError` as `read_or_create_secrets` does.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data_dir / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        known = _read(data_dir / FILE_NAME)
        values = {name: secrets.token_urlsafe(32) for name in _TOKENS} | copy.deepcopy(known)
        yield values
        if values != known:
            write_secrets(data_dir, values)
    finally:
        os.close(descriptor)


def write_secrets(data_dir: Path, values: dict[str, Any]) -> None:
    """Replace the file as a whole: a crash leaves the old one or the new one."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / FILE_NAME
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror}): run Leasehold as its owner.") from error
    if mode & 0o077:
        raise ConfigurationError(f"{path} can be read by others: run `chmod 600 {path}`.")
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"{path} is damaged (not JSON): put it back from a backup.") from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path} is damaged (not an object): put it back from a backup.")
    return values
