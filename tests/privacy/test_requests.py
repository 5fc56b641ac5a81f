"""The register of requests: a month to answer, once extended, the late ones first."""

from datetime import date, timedelta

import pytest

from leasehold.customers.contacts import find_person, list_places, remove_contact
from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction
from leasehold.privacy.errors import PersonNotFound, RequestDone, RequestInvalid, RequestNotFound
from leasehold.privacy.requests import add_request, extend_request, finish_request, list_requests, months_later
from leasehold.privacy.vocabulary import RequestKind, RequestOutcome, RequestState
from tests.privacy.stock import ACTOR, leave_traces

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, then: date) -> None:
    assert months_later(day, months) == then


def test_late_requests_come_first_and_done_ones_last(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        for days in (3, 40, 0, 80):
            came = TODAY - timedelta(days=days)
            add_request(session, RequestKind.ACCESS, received_on=came, today=TODAY, subject=f"{days} days ago")
        done = list_requests(session, today=TODAY)[0].request
        finish_request(session, done.id, RequestOutcome.REFUSED, done_on=TODAY, today=TODAY)
        lines = list_requests(session, today=TODAY)
        assert [(line.request.subject, line.state) for line in lines] == [
            ("40 days ago", RequestState.LATE),
            ("3 days ago", RequestState.OPEN),
            ("0 days ago", RequestState.OPEN),
            ("80 days ago", RequestState.DONE),
        ]
        assert len(list_requests(session, today=TODAY, only_open=True)) == 3
        with pytest.raises(RequestDone):
            finish_request(session, done.id, RequestOutcome.GRANTED, done_on=TODAY, today=TODAY)


def test_the_time_is_extended_once_and_in_time(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        one = add_request(session, RequestKind.ERASURE, received_on=date(2026, 3, 1), today=TODAY, subject="Ada")
        assert extend_request(session, one.id, "Many files", today=TODAY).due_on == date(2026, 6, 1)
        late = add_request(session, RequestKind.ERASURE, received_on=date(2026, 1, 1), today=TODAY, subject="Ada")
        assert _problem(lambda: extend_request(session, one.id, "Again", today=TODAY)) == "extended_already"
        assert _problem(lambda: extend_request(session, late.id, "Late", today=TODAY)) == "extended_late"


def test_what_cannot_be_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        tomorrow = TODAY + timedelta(days=1)
        access = RequestKind.ACCESS
        assert _problem(lambda: add_request(session, access, received_on=TODAY, today=TODAY, subject=" ")) == "nobody"
        assert (
            _problem(lambda: add_request(session, access, received_on=tomorrow, today=TODAY, subject="Ada"))
            == "in_the_future"
        )
        with pytest.raises(PersonNotFound):
            add_request(session, access, received_on=TODAY, today=TODAY, contact_id=7)
        with pytest.raises(RequestNotFound):
            extend_request(session, 7, "why", today=TODAY)
        one = add_request(session, access, received_on=TODAY, today=TODAY, subject="Ada")
        granted = RequestOutcome.GRANTED
        assert _problem(lambda: finish_request(session, one.id, granted, done_on=tomorrow, today=TODAY)) == (
            "done_outside"
        )


def _problem(ask: object) -> str:
    with pytest.raises(DomainError) as refused:
        ask()  # type: ignore[operator]
    assert isinstance(refused.value, RequestInvalid)
    return str(refused.value.context["problem"])


def test_who_has_asked_for_something_is_not_deleted_with_their_last_place(database: Database) -> None:
    left = leave_traces(database)
    with transaction(database, ACTOR) as session:
        remove_contact(session, left.institution_id, left.contact_id)
        assert [line.person for line in list_requests(session, today=TODAY)] == ["Zaphod Beeblebrox"]
        assert find_person(session, "zaphod@example.org").id == left.contact_id, "and can still be answered"
        assert list_places(session, left.contact_id) == []
