"""Sealed for its recipients by age (https://age-encryption.org/v1): whoever has one of their keys can open it."""

from collections.abc import Iterable

import pyrage

from leasehold.backups.errors import BackupDamaged, KeyMissing


def seal(data: bytes, recipients: Iterable[str]) -> bytes:
    """A standard age file of `data` that each of the recipients (`age1…`) can open alone."""
    sealed: bytes = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients])
    return sealed


def unseal(data: bytes, identities: Iterable[str]) -> bytes:
    """What was sealed. Raises `KeyMissing` where no identity (`AGE-SECRET-KEY-1…`) fits, `BackupDamaged`."""
    try:
        plain: bytes = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity) for identity in identities])
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise KeyMissing(
                "backup_key_missing",
                "None of the keys given opens this backup: it was sealed for another server and another recovery key. "
                "Use the recovery kit that belongs to it.",
            ) from error
        raise BackupDamaged(f"a sealed part cannot be opened ({error})") from error
    return plain


def fits(identity: str, recipient: str) -> bool:
    """Whether `identity`, which may be anything a person has typed, opens what is sealed for `recipient`."""
    probe = seal(b"probe", [recipient])
    try:
        return unseal(probe, [identity]) == b"probe"
    except (pyrage.IdentityError, KeyMissing):
        return False
