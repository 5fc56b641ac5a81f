"""Signed statements about the chain: in the database, and the latest one in a file that the database cannot reach."""

import os
import threading
from base64 import urlsafe_b64decode
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from leasehold.kit.signing import KeyRing, SignatureRefused

CHECKPOINT_TYPE: Final = "leasehold-audit-checkpoint+jwt"
WITNESS_NAME: Final = "audit-checkpoint.jws"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says.

    `origin` names the log, `number` counts its checkpoints, `previous` is the SHA-256 of the token before this one.
    `size` rows were sealed at `time`, the last link of their chain was `chain` (both hashes in hexadecimal). No row
    with an id up to `final_id` can appear any more that is not among them.
    """

    origin: str
    number: int
    previous: str
    size: int
    chain: str
    final_id: int
    time: str

    @property
    def signed_at(self) -> datetime:
        """When it was signed, by the clock of the machine that signed."""
        return datetime.fromisoformat(self.time)

    def then(self, token: str, *, size: int, chain: bytes, final_id: int) -> "Checkpoint":
        """The one that follows this one, whose token is `token`, signed now."""
        return replace(
            self,
            number=self.number + 1,
            previous=token_hash(token),
            size=size,
            chain=chain.hex(),
            final_id=max(final_id, self.final_id),
            time=_now(),
        )

    def signed(self, keys: KeyRing) -> str:
        """It as a compact JWS, by the current key."""
        return keys.sign(asdict(self), CHECKPOINT_TYPE)


def no_checkpoint() -> Checkpoint:
    """What the first checkpoint of a log follows: nothing sealed, and a name that no other log has."""
    return Checkpoint(str(uuid4()), number=0, previous="", size=0, chain="", final_id=0, time=_now())


def read_checkpoint(token: str, keys: KeyRing) -> Checkpoint:
    """What the token says. Raises `SignatureRefused` where none of the keys signed it as a checkpoint."""
    claims = keys.verify(token, CHECKPOINT_TYPE)
    try:
        return msgspec.convert(claims, Checkpoint)
    except msgspec.ValidationError as error:
        raise SignatureRefused("it is signed, but says something else than a checkpoint") from error


def key_id_of(token: str) -> str:
    """The id of the key that the token says it was signed by; nothing for what cannot be read."""
    header = token.partition(".")[0]
    try:
        claims = msgspec.json.decode(urlsafe_b64decode(header + "=" * (-len(header) % 4)), type=dict[str, object])
    except (ValueError, msgspec.MsgspecError):
        return ""
    return str(claims.get("kid", ""))


def token_hash(token: str) -> str:
    """What `previous` of the next checkpoint must be."""
    return sha256(token.encode()).hexdigest() if token else ""


def read_witness(data_dir: Path) -> str | None:
    """The token that this machine signed last; None where there is none. Raises `OSError`."""
    try:
        return (data_dir / WITNESS_NAME).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None


def write_witness(data_dir: Path, token: str) -> None:
    """Replace the file as a whole, for its owner's eyes alone. Raises `OSError`."""
    path = data_dir / WITNESS_NAME
    draft = path.with_suffix(f".{threading.get_native_id()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{token}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def put_witness_aside(data_dir: Path) -> Path:
    """Keep the file under another name, so that the next sealing begins a new one; returns where. Raises `OSError`."""
    aside = data_dir / f"audit-checkpoint.{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jws"
    (data_dir / WITNESS_NAME).rename(aside)
    return aside


def _now() -> str:
    return datetime.now(UTC).isoformat()
