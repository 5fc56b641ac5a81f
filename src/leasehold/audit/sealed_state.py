"""How far the log is sealed, told at once and without verifying it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leasehold.audit.checkpoints import Checkpoint, key_id_of, read_checkpoint
from leasehold.audit.models import AuditCheckpoint, AuditRow, AuditSeal
from leasehold.kit.signing import KeyRing, SignatureRefused


@dataclass(frozen=True, slots=True)
class SealedState:
    """The latest checkpoint of the database, and how many rows wait for their seal.

    `token` is None while nothing was signed; `checkpoint` also where the token was not signed here, `refused` says why.
    """

    token: str | None
    key_id: str
    checkpoint: Checkpoint | None
    refused: str | None
    unsealed: int


def read_sealed_state(session: Session, keys: KeyRing) -> SealedState:
    """How it is now; only rows younger than the latest checkpoint are looked at."""
    token = latest_checkpoint(session)
    checkpoint, refused = None, None
    if token is not None:
        try:
            checkpoint = read_checkpoint(token, keys)
        except SignatureRefused as error:
            refused = str(error)
    sealed = select(AuditSeal.audit_id).where(AuditSeal.audit_id == AuditRow.id).exists()
    final = 0 if checkpoint is None else checkpoint.final_id
    unsealed = session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.id > final, ~sealed))
    return SealedState(token, "" if token is None else key_id_of(token), checkpoint, refused, unsealed or 0)


def latest_checkpoint(session: Session) -> str | None:
    """The token of the latest checkpoint; None while nothing was signed."""
    return session.scalar(select(AuditCheckpoint.token).order_by(AuditCheckpoint.number.desc()).limit(1))
