"""A link that opens the backups in the panel while the database, which knows who may, is gone.

Whoever can read the secrets file may do everything here anyway: the link is a proof of that. It is signed by the
panel's key, good for a quarter of an hour, and opens once.
"""

import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from leasehold.backups.places import Places
from leasehold.kit.secrets_file import read_or_create_secrets

LIFETIME: Final = timedelta(minutes=15)
_BYTES: Final = 16
_LONGEST_TOKEN: Final = 300


def new_rescue_path(data_dir: Path) -> str:
    """The path of a new link, below the panel's address."""
    return f"/rescue/{_signer(data_dir).dumps(secrets.token_hex(_BYTES))}"


def open_rescue(data_dir: Path, token: str) -> bool:
    """Whether the link with this token may be opened; it may not a second time."""
    try:
        number = str(_signer(data_dir).loads(token[:_LONGEST_TOKEN], max_age=int(LIFETIME.total_seconds())))
    except BadSignature:
        return False
    used = _used(data_dir)
    used.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_old(used)
    try:
        (used / number).touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True


def _forget_old(used: Path) -> None:
    for path in used.iterdir():
        if path.stat().st_mtime < time.time() - 2 * LIFETIME.total_seconds():
            path.unlink(missing_ok=True)


def _used(data_dir: Path) -> Path:
    return Places(data_dir).root / "rescue-links"


def _signer(data_dir: Path) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(read_or_create_secrets(data_dir)["panel_secret_key"], salt="rescue")
