"""Make licenses from a form: sent twice, it makes them once; their keys are handed over as one file, once."""

import hashlib
import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from leasehold.customers.models import Customer
from leasehold.kit.actor import Actor
from leasehold.kit.errors import DomainError, Kind
from leasehold.licensing.errors import LicenseInvalid
from leasehold.licensing.models import LicenseBatch, LicenseRow, Product
from leasehold.licensing.service import LicenseTerms, create_licenses

MOST_IN_A_BATCH = 1000


class BatchNotFound(DomainError):
    """No form with this key has made licenses."""

    def __init__(self) -> None:
        detail = "There is no such batch of licenses: look for its licenses in the list."
        super().__init__(Kind.NOT_FOUND, "batch_not_found", detail)


class BatchDiffers(DomainError):
    """The form has made other licenses before."""

    def __init__(self) -> None:
        detail = "This form has made other licenses before, so nothing was made now: begin with a new form."
        super().__init__(Kind.CONFLICT, "batch_differs", detail)


class KeysTaken(DomainError):
    """The file of the keys was handed over before."""

    def __init__(self) -> None:
        detail = "The keys of this batch were taken as a file before: they stand in the list of licenses."
        super().__init__(Kind.CONFLICT, "keys_taken", detail)


def create_batch(
    session: Session,
    idempotency_key: UUID,
    terms: LicenseTerms,
    *,
    customer: Customer,
    product: Product,
    count: int,
    actor: Actor,
) -> LicenseBatch:
    """The batch that this key makes: made now, or found as it was made before.

    Raises `LicenseInvalid` (`count_out_of_range` and as `create_licenses`), `TestLicenseOpen`, and `BatchDiffers` where
    the key has made other licenses.
    """
    if not 1 <= count <= MOST_IN_A_BATCH:
        detail = f"Between 1 and {MOST_IN_A_BATCH} licenses are made at once, not {count}."
        raise LicenseInvalid("count_out_of_range", detail, {"most": MOST_IN_A_BATCH})
    asked = {
        "customer_id": customer.id,
        "product_id": product.id,
        "count": count,
        "content": _digest(terms, customer.id, product.id, count),
    }
    row = {**asked, "idempotency_key": idempotency_key, "made_by": actor.name}
    once = insert(LicenseBatch).values(row).on_conflict_do_nothing(constraint="license_batches_idempotency_key")
    made = session.scalars(once.returning(LicenseBatch)).one_or_none()
    if made is not None:
        create_licenses(session, terms, customer=customer, product=product, count=count, batch_id=made.id)
        return made
    known = find_batch(session, idempotency_key)
    if known.content != asked["content"]:
        raise BatchDiffers
    return known


def find_batch(session: Session, idempotency_key: UUID) -> LicenseBatch:
    """The batch that this key has made. Raises `BatchNotFound`."""
    batch = session.scalars(select(LicenseBatch).where(LicenseBatch.idempotency_key == idempotency_key)).one_or_none()
    if batch is None:
        raise BatchNotFound
    return batch


def rows_of_batch(session: Session, batch: LicenseBatch) -> Sequence[LicenseRow]:
    """Its licenses that were not deleted, in the order they were made in."""
    of_batch = (LicenseRow.batch_id == batch.id, LicenseRow.deleted_at.is_(None))
    return session.scalars(select(LicenseRow).where(*of_batch).order_by(LicenseRow.id)).all()


def take_keys(session: Session, idempotency_key: UUID, *, actor: Actor) -> LicenseBatch:
    """The batch, whose keys the caller may hand over: for one caller, once. Raises `BatchNotFound` and `KeysTaken`."""
    take = (
        update(LicenseBatch)
        .where(LicenseBatch.idempotency_key == idempotency_key, LicenseBatch.keys_taken_at.is_(None))
        .values(keys_taken_at=func.clock_timestamp(), keys_taken_by=actor.name)
    )
    taken = session.scalars(take.returning(LicenseBatch), execution_options={"populate_existing": True}).one_or_none()
    if taken is None:
        find_batch(session, idempotency_key)
        raise KeysTaken
    return taken


def _digest(terms: LicenseTerms, *others: int) -> str:
    asked = [
        *others,
        terms.type.value,
        terms.device_limit,
        terms.concurrent_sessions_limit,
        str(terms.valid_from),
        str(terms.valid_until),
        sorted((name, type(value).__name__, str(value)) for name, value in terms.features.items()),
        terms.offline_grace,
        terms.offline_max_ttl,
        terms.checkout_enabled,
        terms.further_test_reason,
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
