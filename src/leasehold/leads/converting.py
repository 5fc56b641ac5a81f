"""A lead becomes a customer by a row beside its institution, and a lead again while no license was ever its."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leasehold.customers.errors import CustomerHasLicenses
from leasehold.customers.institutions import locked_institution
from leasehold.customers.models import Customer, Institution, PipelineStage
from leasehold.kit.errors import DomainError, Kind
from leasehold.leads.models import StageMove
from leasehold.leads.pipeline import first_stage
from leasehold.leads.vocabulary import StageType
from leasehold.licensing.models import LicenseRow, Product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.licensing.vocabulary import LicenseType


class InstitutionArchived(DomainError):
    """What was put away does not become a customer."""

    def __init__(self, name: str) -> None:
        detail = f"{name!r} is archived: bring it back first."
        super().__init__(Kind.CONFLICT, "institution_archived", detail, {"name": name})


class NotACustomer(DomainError):
    """The institution is a lead, and always was or is again."""

    def __init__(self, name: str) -> None:
        detail = f"{name!r} is no customer: there is nothing to take back."
        super().__init__(Kind.CONFLICT, "not_a_customer", detail, {"name": name})


@dataclass(frozen=True, slots=True)
class TestLicense:
    """A test license that comes with the conversion, from now on for so many days of 24 hours."""

    __test__ = False  # a name that pytest would take for a test

    product: Product
    days: int = 30
    device_limit: int = 1


@dataclass(frozen=True, slots=True)
class Conversion:
    """The customer that an institution is, whether it is new, and the key of the test license that was asked for."""

    customer: Customer
    is_new: bool
    license_key: str | None


def convert(
    session: Session, institution_id: int, *, test_license: TestLicense | None = None, version: int | None = None
) -> Conversion:
    """Make the institution, read at `version`, a customer; said again, the customer and its test license are the same.

    Raises `InstitutionNotFound`, `Stale`, `InstitutionMerged`, `InstitutionArchived`, and what `create_licenses` does.
    """
    institution = locked_institution(session, institution_id)
    customer = customer_of(session, institution_id)
    is_new = customer is None
    if customer is None:
        institution = locked_institution(session, institution_id, version=version)
        if institution.archived_at is not None:
            raise InstitutionArchived(institution.name)
        customer = Customer(institution_id=institution_id, institution=institution)
        session.add(customer)
        _stand_in(institution, won_stage(session))
        session.flush()
        session.refresh(institution)
    key = None if test_license is None else _test_license(session, customer, test_license)
    return Conversion(customer, is_new, key)


def unconvert(session: Session, institution_id: int, *, version: int | None = None) -> None:
    """Make a customer that no license ever was for a lead again, in the open stage that it came from.

    Raises `InstitutionNotFound`, `InstitutionMerged`, `Stale`, `NotACustomer` and `CustomerHasLicenses`.
    """
    institution = locked_institution(session, institution_id, version=version)
    customer = customer_of(session, institution_id)
    if customer is None:
        raise NotACustomer(institution.name)
    session.expunge(customer)
    try:
        with session.begin_nested():
            session.execute(delete(Customer).where(Customer.id == customer.id))
    except IntegrityError as error:  # a license, a batch or a transfer refers to it
        raise CustomerHasLicenses from error
    _stand_in(institution, _stage_before(session, institution_id))
    session.flush()
    session.refresh(institution)


def customer_of(session: Session, institution_id: int) -> Customer | None:
    """The customer that the institution is; None of a lead."""
    return session.scalars(select(Customer).where(Customer.institution_id == institution_id)).one_or_none()


def won_stage(session: Session) -> int | None:
    """The stage that customers stand in; None where the house has none."""
    return first_stage(session, StageType.WON)


def _stand_in(institution: Institution, stage_id: int | None) -> None:
    institution.stage_id, institution.lost_reason = stage_id, None


def _stage_before(session: Session, institution_id: int) -> int | None:
    """The last stage that was neither won nor lost, else the first open one."""
    under_way = PipelineStage.type.in_((StageType.OPEN.value, StageType.ON_HOLD.value))
    before = (
        select(StageMove.stage_id)
        .join(PipelineStage, PipelineStage.id == StageMove.stage_id)
        .where(StageMove.institution_id == institution_id, StageMove.left_at.is_not(None), under_way)
        .where(PipelineStage.removed_at.is_(None))
        .order_by(StageMove.id.desc())
    )
    return session.scalars(before.limit(1)).one_or_none() or first_stage(session, StageType.OPEN)


def _test_license(session: Session, customer: Customer, wanted: TestLicense) -> str:
    """The key of the test license that is open, or of a new one."""
    theirs = select(LicenseRow.license_key).where(
        LicenseRow.customer_id == customer.id,
        LicenseRow.product_id == wanted.product.id,
        LicenseRow.type == LicenseType.TEST.value,
        LicenseRow.deleted_at.is_(None),
        or_(LicenseRow.valid_until.is_(None), LicenseRow.valid_until > func.clock_timestamp()),
    )
    known = session.scalars(theirs.order_by(LicenseRow.id).limit(1)).one_or_none()
    if known is not None:
        return known
    now = session.scalars(select(func.clock_timestamp())).one()
    terms = LicenseTerms(
        device_limit=wanted.device_limit,
        concurrent_sessions_limit=wanted.device_limit,
        type=LicenseType.TEST,
        valid_from=now,
        valid_until=now + timedelta(days=wanted.days),
    )
    return create_licenses(session, terms, customer=customer, product=wanted.product)[0]
