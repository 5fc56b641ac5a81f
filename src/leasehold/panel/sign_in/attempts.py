"""An attempt to get in: counted before it is looked at, taken back where it was right, and told to the audit log."""

from collections.abc import Sequence

from flask import request, session
from flask_babel import gettext as _

from leasehold.audit.service import record_event
from leasehold.kit.client_address import network_of
from leasehold.panel.context import Person, address, become, db, finish
from leasehold.panel.sign_in.cookies import keep_token, know_device_of, known_device, session_token
from leasehold.panel.sign_in.policy import policy
from leasehold.panel.sign_in.recognition import as_person
from leasehold.staff.sessions import FoundSession, end_session, find_session, start_session, step_up
from leasehold.staff.throttle import (
    Admitted,
    Counter,
    Refused,
    account_counter,
    address_counter,
    admit,
    device_counter,
    forgive,
    take_back,
)

_UNKNOWN = "unknown"


def begin_attempt(email: str | None, member_id: int | None) -> Admitted | Refused:
    """Count an attempt at the account; with no `email`, at whichever (a passkey says whose it is).

    It is committed: parallel attempts see it. A browser that the member has signed in with before has a counter of
    its own, so that strangers cannot shut the member out of it.
    """
    outcome = admit(db(), _counters(email, member_id))
    finish(keep=True)
    return outcome


def attempt_failed(admitted: Admitted, step: str, member_id: int | None) -> None:
    """Tell the audit log, also of a delay that begins with it; who it was not is not said in clear."""
    row_id = str(member_id or _UNKNOWN)
    record_event(db(), "sign_in_failed", table="staff_members", row_id=row_id, details={"step": step})
    for counter in admitted.begun:
        record_event(db(), "sign_in_delayed", table="staff_members", row_id=row_id, details={"by": counter.kind})


def attempt_was_right(admitted: Admitted) -> None:
    """It does not count."""
    take_back(db(), admitted)


def begin_session(member_id: int) -> FoundSession:
    """A session that still owes the second factor, for who has just given the right password.

    Whatever session the browser had before ends: nobody can have planted it.
    """
    lifetimes = policy().lifetimes
    before = session_token()
    old = None if before is None else find_session(db(), before, lifetimes)
    if old is not None:
        end_session(db(), old.id, member_id=old.member_id, reason="signed_in_again")
    agent = request.headers.get("User-Agent", "")
    _id, token = start_session(db(), member_id, address=address(), user_agent=agent.replace("\0", ""))
    keep_token(token)
    found = find_session(db(), token, lifetimes)
    if found is None:
        raise LookupError("a session that has just begun is not alive")
    return found


def complete_session(found: FoundSession, *, second_factor: bool, by: str) -> Person | None:
    """Let the member in, with a new token; `by` says how they proved themselves. None where the session has ended."""
    token = step_up(db(), found.id, second_factor=second_factor)
    if token is None:
        return None
    asking = as_person(found)
    become(asking)
    record_event(db(), "signed_in", table="staff_members", row_id=str(found.member_id), details={"by": by})
    for counter in _counters(found.email, found.member_id)[-1:]:
        forgive(db(), counter)
    keep_token(token)
    know_device_of(found.member_id)
    session.pop("csrf_token", None)
    return asking


def wait_sentence(refused: Refused) -> str:
    """What to say to somebody who has to wait."""
    sentence: str = _("Too many attempts. Wait %(seconds)s seconds and try again.", seconds=refused.seconds)
    return sentence


def wait_headers(refused: Refused) -> dict[str, str]:
    """The same for programs."""
    return {"Retry-After": str(refused.seconds)}


def _counters(email: str | None, member_id: int | None) -> Sequence[Counter]:
    device = known_device()
    if member_id is not None and member_id in device.members:
        return (device_counter(device.device, member_id),)
    by_address = address_counter(network_of(address()))
    return (by_address,) if email is None else (by_address, account_counter(email))
