"""A license changes hands, on the record of both customers."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from leasehold.customers.models import Customer, Institution
from leasehold.kit.actor import Actor
from leasehold.kit.orm import violated_constraint
from leasehold.kit.text import clean_text
from leasehold.licensing.errors import LicenseInvalid, TestLicenseOpen
from leasehold.licensing.models import LicenseRow, LicenseTransfer
from leasehold.licensing.service import lock_license

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class TransferLine:
    """A transfer with the license and the customers that it names."""

    transfer: LicenseTransfer
    license_key: str
    from_customer: str
    to_customer: str


def transfer_license(
    session: Session, license_key: str, *, to: Customer, reason: str, actor: Actor, version: int | None = None
) -> None:
    """Give the license, read at `version`, to another customer; its devices and sessions stay as they are.

    Raises `LicenseNotFound`, `Stale`, `TestLicenseOpen`, `DomainError` `text_invalid`, and `LicenseInvalid`
    `transfer_to_same`.
    """
    why = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    row = lock_license(session, license_key, version)
    if row.customer_id == to.id:
        detail = f"License {license_key} is this customer's already: choose another customer."
        raise LicenseInvalid("transfer_to_same", detail, {"license_key": license_key})
    record = LicenseTransfer(
        license_id=row.id, from_customer_id=row.customer_id, to_customer_id=to.id, reason=why, made_by=actor.name
    )
    session.add(record)
    row.customer_id = to.id
    try:
        session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "licenses_one_open_test":
            raise TestLicenseOpen from error
        raise


def transfers_of_license(session: Session, license_id: int) -> list[TransferLine]:
    """Every transfer of a license, newest first."""
    return _transfers(session, LicenseTransfer.license_id == license_id)


def transfers_of_customer(session: Session, customer_id: int, *, limit: int = 50) -> list[TransferLine]:
    """The newest transfers to and from a customer, newest first."""
    theirs = or_(LicenseTransfer.from_customer_id == customer_id, LicenseTransfer.to_customer_id == customer_id)
    return _transfers(session, theirs, limit=limit)


def _transfers(session: Session, wanted: ColumnElement[bool], *, limit: int = 200) -> list[TransferLine]:
    giving, taking = aliased(Customer), aliased(Customer)
    before, after = aliased(Institution), aliased(Institution)
    query = (
        select(LicenseTransfer, LicenseRow.license_key, before.name, after.name)
        .join(LicenseRow, LicenseRow.id == LicenseTransfer.license_id)
        .join(giving, giving.id == LicenseTransfer.from_customer_id)
        .join(before, before.id == giving.institution_id)
        .join(taking, taking.id == LicenseTransfer.to_customer_id)
        .join(after, after.id == taking.institution_id)
        .where(wanted)
        .order_by(LicenseTransfer.id.desc())
        .limit(limit)
    )
    return [TransferLine(*row) for row in session.execute(query)]
