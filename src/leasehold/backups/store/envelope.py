"""What surrounds the objects of a backup in its commit: enough to find, to prove and to open everything else.

`RECOVERY.md` and `backup.json` can be read by anybody; `manifest.age` and `recipe.age` only with a key.
"""

from hashlib import sha256
from importlib.resources import files
from typing import Final

import msgspec

from leasehold.backups.errors import BackupDamaged, WrongVersion
from leasehold.backups.manifest import FORMAT, Manifest
from leasehold.kit.signing import KeyRing, SignatureRefused

RECOVERY: Final = "RECOVERY.md"
BACKUP: Final = "backup.json"
MANIFEST: Final = "manifest.age"
RECIPE: Final = "recipe.age"
_TYPE: Final = "leasehold-backup+jwt"


class Envelope(msgspec.Struct, frozen=True):
    """`backup.json`. `sealed` has the SHA-256 of the sealed manifest and recipe, `signature` is over the plain ones."""

    format: int
    name: str
    created_at: str
    recipients: tuple[str, ...]
    sealed: dict[str, str]
    signature: str


def recovery_text() -> bytes:
    """`RECOVERY.md`: how to restore with nothing but stock tools."""
    return files(__package__).joinpath(RECOVERY).read_bytes()


def object_path(name: str) -> str:
    """Where an object (its SHA-256) lies in the commit's tree."""
    return f"objects/{name[:2]}/{name}.age"


def write_envelope(manifest: Manifest, recipe: bytes, sealed: dict[str, str], key_ring: KeyRing) -> bytes:
    """`backup.json` of a backup; `sealed` as in `Envelope`."""
    signature = key_ring.sign(_claims(manifest.name, manifest.as_json(), recipe), _TYPE)
    envelope = Envelope(FORMAT, manifest.name, manifest.created_at, manifest.recipients, sealed, signature)
    return msgspec.json.format(msgspec.json.encode(envelope), indent=1)


def read_envelope(data: bytes) -> Envelope:
    """What `write_envelope` made. Raises `WrongVersion` for another format, `BackupDamaged` for damage."""
    try:
        if msgspec.json.decode(data, type=_AnyEnvelope).format > FORMAT:
            raise WrongVersion(
                "backup_too_new", "The backup was made by a newer release: restore it with that one, or a later one."
            )
        return msgspec.json.decode(data, type=Envelope)
    except msgspec.MsgspecError as error:
        raise BackupDamaged(f"its {BACKUP} cannot be read ({error})") from error


def check_sealed(envelope: Envelope, path: str, data: bytes) -> None:
    """Raise `BackupDamaged` where `data` is not what the envelope says lies at `path`."""
    if _hash(data) != envelope.sealed.get(path):
        raise BackupDamaged(f"its {path} is not what was stored")


def check_signature(envelope: Envelope, manifest: bytes, recipe: bytes, key_ring: KeyRing) -> None:
    """Raise `BackupDamaged` where none of the keys has signed this (plain) manifest and recipe."""
    try:
        claims = key_ring.verify(envelope.signature, _TYPE)
    except SignatureRefused as error:
        raise BackupDamaged(f"{error}, so this installation has not made it") from error
    if claims != _claims(envelope.name, manifest, recipe):
        raise BackupDamaged("its signature is another backup's")


def _claims(name: str, manifest: bytes, recipe: bytes) -> dict[str, str]:
    return {"name": name, "manifest": _hash(manifest), "recipe": _hash(recipe)}


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


class _AnyEnvelope(msgspec.Struct):
    format: int
