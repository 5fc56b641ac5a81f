"""Leads for tests, and a member of the staff who looks after them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.customers.institutions import InstitutionCard
from leasehold.kit.actor import Actor
from leasehold.leads.pipeline import add_lead
from leasehold.staff.models import StaffMember

ACTOR = Actor("cli:test")
UTC = ZoneInfo("UTC")


def make_lead(session: Session, name: str = "Acme", *, owner_id: int | None = None) -> int:
    """A new lead; its id."""
    return add_lead(session, InstitutionCard(name, owner_id=owner_id)).id


def make_member(session: Session, email: str = "sales@leasehold.test") -> int:
    """Somebody who can look after leads; their id."""
    member = StaffMember(email=email, name="Sally Sales", role="sales")
    session.add(member)
    session.flush()
    return member.id


def let_pass(session: Session, institution_id: int, time: timedelta) -> None:
    """Move the log of stages back in time. Needs the owner."""
    session.execute(
        text(
            "UPDATE stage_moves SET entered_at = entered_at - :time, left_at = left_at - :time"
            " WHERE institution_id = :id"
        ),
        {"time": time, "id": institution_id},
    )
