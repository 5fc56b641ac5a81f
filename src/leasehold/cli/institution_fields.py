"""What is printed of institutions, the people in them, their notes and what is to be done about them."""

from typing import Any

from sqlalchemy.orm import Session

from leasehold.cli.output import Fields, rfc3339
from leasehold.customers.contacts import list_contacts
from leasehold.customers.details import Owner, list_details
from leasehold.customers.errors import InstitutionNotFound
from leasehold.customers.institutions import card_of
from leasehold.customers.models import ContactDetail, Institution
from leasehold.leads.activities import ActivityLine
from leasehold.leads.lists import InstitutionLine, read_line
from leasehold.leads.notes import NoteLine
from leasehold.leads.pipeline import stays_of
from leasehold.settings.days import time_zone


def fields_of(session: Session, institution_id: int) -> dict[str, Any]:
    """One institution with how it stands. Raises `InstitutionNotFound`."""
    line = read_line(session, institution_id, time_zone(session))
    if line is None:
        raise InstitutionNotFound(str(institution_id))
    return fields_of_line(line)


def fields_of_line(line: InstitutionLine) -> dict[str, Any]:
    """The same of one that was read for a list."""
    institution = line.institution
    return {
        "id": institution.id,
        "name": institution.name,
        "legal_form": institution.legal_form,
        "kind": institution.kind,
        "website_domain": institution.website_domain,
        "vat_id": institution.vat_id,
        "language": institution.language,
        "parent_id": institution.parent_id,
        "lifecycle": line.lifecycle.value,
        "customer_id": line.customer_id,
        "stage": line.stage,
        "days_in_stage": line.days,
        "lost_reason": institution.lost_reason,
        "light": line.light.value,
        "owner": line.owner,
        "source": institution.source,
        "tags": list(institution.tags),
        "do_not_contact": institution.do_not_contact,
        "archived_at": rfc3339(institution.archived_at),
        "created_at": rfc3339(institution.created_at),
    }


def whole_fields(session: Session, institution: Institution) -> dict[str, Any]:
    """The same with its addresses, the people in it, and its stays in stages."""
    addresses = card_of(session, institution).addresses
    return {
        **fields_of(session, institution.id),
        "details": [_detail(one) for one in list_details(session, Owner(institution_id=institution.id))],
        "addresses": [
            {
                "kind": one.kind.value,
                "street": one.street,
                "postcode": one.postcode,
                "city": one.city,
                "country": one.country,
            }
            for one in addresses
        ],
        "contacts": [
            {
                "id": line.contact.id,
                "name": line.name,
                "role": line.affiliation.role,
                "department": line.affiliation.department,
                "is_primary": line.affiliation.is_primary,
                "details": [_detail(one) for one in line.details],
            }
            for line in list_contacts(session, institution.id)
        ],
        "stages": [
            {
                "stage": stay.stage.name,
                "entered_at": rfc3339(stay.entered_at),
                "left_at": rfc3339(stay.left_at),
                "days": stay.days,
                "moved_by": stay.moved_by,
                "lost_reason": stay.lost_reason,
            }
            for stay in stays_of(session, institution.id)
        ],
    }


def note_fields(line: NoteLine) -> Fields:
    """A note as it is now."""
    return {
        "id": line.note.id,
        "version": line.version.number,
        "made_by": line.version.made_by,
        "made_at": rfc3339(line.version.created_at),
        "is_pinned": line.note.is_pinned,
        "body": line.version.body,
    }


def activity_fields(line: ActivityLine) -> Fields:
    """Something to be done, or that was done."""
    activity = line.activity
    return {
        "id": activity.id,
        "institution_id": activity.institution_id,
        "institution": line.institution,
        "kind": activity.kind,
        "subject": activity.subject,
        "contact": line.person,
        "assignee_id": activity.assignee_id,
        "due_at": rfc3339(activity.due_at),
        "done_at": rfc3339(activity.done_at),
        "light": line.light.value,
        "outcome": activity.outcome,
    }


def _detail(detail: ContactDetail) -> Fields:
    return {
        "kind": detail.kind,
        "value": detail.value,
        "label": detail.label,
        "is_primary": detail.is_primary,
        "status": detail.status,
        "opt_out": detail.opt_out,
    }
