"""The one file that holds every secret of an installation, readable by its owner alone."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from leasehold.kit.errors import ConfigurationError

FILE_NAME = "secrets.json"
_TOKENS = (
    "owner_password",
    "server_password",
    "panel_password",
    "worker_password",
    "backup_password",
    "superuser_password",
    "panel_secret_key",
)


def read_or_create_secrets(data_dir: Path) -> dict[str, Any]:
    """The secrets of the installation in `data_dir`; what is missing is made and kept (mode 0600).

    Raises `ConfigurationError` where the file cannot be read, or others could read it.
    """
    path = data_dir / FILE_NAME
    known = _read(path)
    missing = [name for name in _TOKENS if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(32) for name in missing}
        write_secrets(data_dir, known)
    return known


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
