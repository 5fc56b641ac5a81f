"""The traffic light of an institution and its place in the life of a customer: derived in SQL, never stored."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, and_, case, exists, func, literal_column, not_, or_, select

from leasehold.customers.models import Customer, Institution
from leasehold.leads.models import Activity
from leasehold.leads.vocabulary import Lifecycle, Light
from leasehold.licensing.models import LicenseRow

due = func.coalesce(Activity.due_at, literal_column("'infinity'::timestamptz"))
"""When an activity is due; one that has time, never. The form that the indexes have."""


def end_of_today(zone: ZoneInfo) -> ColumnElement[datetime]:
    """The moment at which the present day of `zone` is over, by the database's clock."""
    begun = func.date_trunc("day", func.timezone(zone.key, func.now()))
    return func.timezone(zone.key, begun + timedelta(days=1), type_=DateTime(timezone=True))


def light_column(end_of_day: ColumnElement[datetime]) -> ColumnElement[str]:
    """The traffic light of the row of `Institution`; what has no day of its own is planned."""
    next_due = (
        select(func.min(due))
        .where(Activity.institution_id == Institution.id, Activity.done_at.is_(None))
        .correlate(Institution)
        .scalar_subquery()
    )
    return _light_of(next_due, end_of_day)


def light_of_activity(end_of_day: ColumnElement[datetime]) -> ColumnElement[str]:
    """The same of the row of `Activity` alone; what is done has none."""
    return _light_of(case((Activity.done_at.is_(None), due), else_=None), end_of_day)


def has_light(light: Light, end_of_day: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the row of `Institution` has this light, in a form that indexes answer."""
    match light:
        case Light.NONE:
            return not_(_has_open())
        case Light.LATE:
            return Institution.id.in_(_with_open(due < func.now()))
        case Light.TODAY:
            today = Institution.id.in_(_with_open(and_(due >= func.now(), due < end_of_day)))
            return and_(today, not_(_has_open(due < func.now())))
        case Light.PLANNED:
            return and_(Institution.id.in_(_with_open(due >= end_of_day)), not_(_has_open(due < end_of_day)))


def lifecycle_column() -> ColumnElement[str]:
    """What the row of `Institution` is to us."""
    return case(
        (Institution.archived_at.is_not(None), Lifecycle.ARCHIVED.value),
        (not_(_is_customer()), Lifecycle.LEAD.value),
        (_is_former(), Lifecycle.FORMER.value),
        else_=Lifecycle.CUSTOMER.value,
    )


def has_lifecycle(lifecycle: Lifecycle) -> ColumnElement[bool]:
    """Whether the row of `Institution` is this to us."""
    if lifecycle is Lifecycle.ARCHIVED:
        return Institution.archived_at.is_not(None)
    live = Institution.archived_at.is_(None)
    match lifecycle:
        case Lifecycle.LEAD:
            return and_(live, not_(_is_customer()))
        case Lifecycle.FORMER:
            return and_(live, _is_customer(), _is_former())
        case Lifecycle.CUSTOMER:
            return and_(live, _is_customer(), not_(_is_former()))


def _light_of(moment: ColumnElement[Any], end_of_day: ColumnElement[datetime]) -> ColumnElement[str]:
    return case(
        (moment.is_(None), Light.NONE.value),
        (moment < func.now(), Light.LATE.value),
        (moment < end_of_day, Light.TODAY.value),
        else_=Light.PLANNED.value,
    )


def _with_open(*conditions: ColumnElement[bool]) -> Any:
    return select(Activity.institution_id).where(Activity.done_at.is_(None), *conditions)


def _has_open(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = Activity.institution_id == Institution.id
    return exists().where(mine, Activity.done_at.is_(None), *conditions).correlate(Institution)


def _is_customer() -> ColumnElement[bool]:
    return exists().where(Customer.institution_id == Institution.id).correlate(Institution)


def _is_former() -> ColumnElement[bool]:
    """There were licenses, and all are over or deleted."""
    theirs = and_(Customer.institution_id == Institution.id, LicenseRow.customer_id == Customer.id)
    goes_on = or_(LicenseRow.valid_until.is_(None), LicenseRow.valid_until > func.now())
    live = and_(theirs, LicenseRow.deleted_at.is_(None), goes_on)
    return and_(exists().where(theirs).correlate(Institution), not_(exists().where(live).correlate(Institution)))
