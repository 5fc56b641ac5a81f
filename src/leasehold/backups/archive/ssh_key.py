"""The SSH key that opens the archive, made and shown here, so that nobody has to know ssh-keygen."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from leasehold.backups.errors import ArchiveRefused


def public_half(path: Path) -> str | None:
    """The line to give to the archive's host for the private key at `path`; None where there is none that is usable."""
    try:
        key = load_ssh_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):  # a TypeError: it has a passphrase
        return None
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def make_key(path: Path) -> None:
    """Make an Ed25519 key at `path`, for its owner alone, and its public half beside it.

    Raises `ArchiveRefused` where something is there already, or nothing can be written.
    """
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), mode=0o600)
        _write(path.with_name(f"{path.name}.pub"), public + b" leasehold-backups\n", mode=0o644)
    except FileExistsError as error:
        detail = f"There is something at {error.filename} already, and it was left alone: use it, or name another path."
        raise ArchiveRefused("ssh_key_exists", detail) from None
    except OSError as error:
        detail = f"No SSH key could be made at {path} ({error.strerror}): make room or name another path."
        raise ArchiveRefused("ssh_key_not_made", detail) from error


def _write(path: Path, data: bytes, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
