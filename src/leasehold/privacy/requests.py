"""The register of what people ask for by law, and until when it is to be done."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.models import Contact
from leasehold.kit.text import clean_text
from leasehold.privacy.errors import RequestDone, RequestInvalid, RequestNotFound
from leasehold.privacy.models import PrivacyRequest
from leasehold.privacy.people import read_person
from leasehold.privacy.vocabulary import RequestKind, RequestOutcome, RequestState

MONTHS_TO_ANSWER = 1
MONTHS_WHEN_EXTENDED = 3
"""Art. 12(3) GDPR: one month, and two further ones where that is needed."""
LONGEST_SUBJECT = 400
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request, who has asked (as far as they are known by name), and where it stands."""

    request: PrivacyRequest
    person: str | None
    state: RequestState


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last one of a month that is too short for it (Art. 3 Reg. 1182/71)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_request(
    session: Session,
    kind: RequestKind,
    *,
    received_on: date,
    today: date,
    contact_id: int | None = None,
    subject: str | None = None,
) -> PrivacyRequest:
    """A new request of a contact, of who `subject` says, or both; it is to be answered within a month.

    Raises `RequestInvalid`, `PersonNotFound` and `DomainError` `text_invalid`.
    """
    who = clean_text(subject, what="Who has asked", longest=LONGEST_SUBJECT) if subject and subject.strip() else None
    if contact_id is None and who is None:
        raise RequestInvalid("nobody", "Somebody has asked: name the person by number, or say in words who it is.")
    if received_on > today:
        raise RequestInvalid("in_the_future", "The request would come in the future: choose the day on which it came.")
    if contact_id is not None:
        read_person(session, contact_id)
    due_on = months_later(received_on, MONTHS_TO_ANSWER)
    request = PrivacyRequest(
        kind=kind.value, contact_id=contact_id, subject=who, received_on=received_on, due_on=due_on
    )
    session.add(request)
    session.flush()
    return request


def extend_request(session: Session, request_id: int, reason: str, *, today: date) -> PrivacyRequest:
    """Take two months more, which the person has to be told with the reason before the first one is over.

    Raises `RequestNotFound`, `RequestDone`, `RequestInvalid` and `DomainError` `text_invalid`.
    """
    request = _open_request(session, request_id)
    if request.extension_reason is not None:
        raise RequestInvalid("extended_already", "The time was extended already, and can be only once: answer now.")
    if today > request.due_on:
        raise RequestInvalid("extended_late", "The month is over, so the time cannot be extended any more: answer now.")
    request.extension_reason = clean_text(reason, what="The reason", longest=LONGEST_REASON)
    request.due_on = months_later(request.received_on, MONTHS_WHEN_EXTENDED)
    session.flush()
    return request


def finish_request(
    session: Session, request_id: int, outcome: RequestOutcome, *, done_on: date, today: date
) -> PrivacyRequest:
    """Say what became of a request. Raises `RequestNotFound`, `RequestDone` and `RequestInvalid`."""
    request = _open_request(session, request_id)
    if not request.received_on <= done_on <= today:
        detail = "A request is done between the day on which it came and today: choose another day."
        raise RequestInvalid("done_outside", detail)
    request.outcome, request.done_on = outcome.value, done_on
    session.flush()
    return request


def list_requests(
    session: Session, *, today: date, contact_id: int | None = None, only_open: bool = False, limit: int = 500
) -> Sequence[RequestLine]:
    """Those that are open by when they are due, the late ones first, then those that are done, the newest first."""
    query = select(PrivacyRequest, Contact).outerjoin(Contact, Contact.id == PrivacyRequest.contact_id)
    if contact_id is not None:
        query = query.where(PrivacyRequest.contact_id == contact_id)
    if only_open:
        query = query.where(PrivacyRequest.done_on.is_(None))
    order = (PrivacyRequest.done_on.desc().nulls_first(), PrivacyRequest.due_on, PrivacyRequest.id)
    return [_line(request, contact, today) for request, contact in session.execute(query.order_by(*order).limit(limit))]


def read_request(session: Session, request_id: int, *, today: date) -> RequestLine:
    """One request. Raises `RequestNotFound`."""
    request = session.get(PrivacyRequest, request_id)
    if request is None:
        raise RequestNotFound(request_id)
    contact = None if request.contact_id is None else session.get(Contact, request.contact_id)
    return _line(request, contact, today)


def _line(request: PrivacyRequest, contact: Contact | None, today: date) -> RequestLine:
    parts = () if contact is None else (contact.first_name, contact.last_name)
    return RequestLine(request, " ".join(part for part in parts if part) or None, state_of(request, today))


def state_of(request: PrivacyRequest, today: date) -> RequestState:
    """Where it stands on a day."""
    if request.done_on is not None:
        return RequestState.DONE
    return RequestState.LATE if request.due_on < today else RequestState.OPEN


def _open_request(session: Session, request_id: int) -> PrivacyRequest:
    request = session.get(PrivacyRequest, request_id, with_for_update=True)
    if request is None:
        raise RequestNotFound(request_id)
    if request.done_on is not None:
        raise RequestDone(request_id)
    return request
