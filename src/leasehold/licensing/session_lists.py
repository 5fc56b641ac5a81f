"""What the lists of sessions can be asked: those that live, and those that have ended."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, tuple_

from leasehold.customers.named import customers_named
from leasehold.kit.listing import Listing, Lookup, choice, number
from leasehold.kit.matching import MOST_FOLLOWED
from leasehold.licensing.finding import devices_with_fingerprint, license_with_key, parse_token
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.lists import ListTime, since, until
from leasehold.licensing.models import LicenseRow, LiveSession, PastSession
from leasehold.licensing.session_queries import SessionLine, live_line, live_sessions, past_line, past_sessions
from leasehold.licensing.vocabulary import EndReason


def _found_in(model: type[LiveSession] | type[PastSession], texts: Sequence[str]) -> ColumnElement[bool]:
    """A license key as it is typed, a session's token, or a fingerprint or how it begins."""
    text = " ".join(texts)
    key = parse_license_key(text)
    if key is not None:
        return model.license_id == license_with_key(key).scalar_subquery()
    token = parse_token(text)
    if token is not None:
        return model.session_token == token
    return tuple_(model.license_id, model.device_id).in_(devices_with_fingerprint(text, MOST_FOLLOWED))


def _devices(text: str, most: int) -> Select[int, int] | None:
    return None if parse_license_key(text) or parse_token(text) else devices_with_fingerprint(text, most)


def _of_customers(texts: Sequence[str], _time: ListTime) -> ColumnElement[bool]:
    """A part of the customer's name."""
    return LicenseRow.customer_id.in_(customers_named(" ".join(texts), MOST_FOLLOWED))


LIVE_SESSIONS: Listing[ListTime, SessionLine] = Listing(
    name="live_sessions",
    query=lambda time: live_sessions(time.service),
    read=lambda row, time: live_line(row, time.service),
    key=(LiveSession.id,),
    orders={"started": None},
    default_order="-started",
    conditions={
        "q": lambda texts, _time: _found_in(LiveSession, texts),
        "product": number(LicenseRow.product_id),
        "customer": _of_customers,
    },
    lookups={"q": Lookup(_devices, MOST_FOLLOWED), "customer": Lookup(customers_named, MOST_FOLLOWED)},
)

PAST_SESSIONS: Listing[ListTime, SessionLine] = Listing(
    name="session_history",
    query=lambda _time: past_sessions(),
    read=lambda row, time: past_line(row, time.service.now),
    key=(PastSession.id,),
    orders={"ended": PastSession.ended_at},
    default_order="-ended",
    conditions={
        "q": lambda texts, _time: _found_in(PastSession, texts),
        "product": number(LicenseRow.product_id),
        "end_reason": choice(PastSession.end_reason, list(EndReason)),
        "ended_from": since(PastSession.ended_at),
        "ended_until": until(PastSession.ended_at),
    },
    lookups={"q": Lookup(_devices, MOST_FOLLOWED)},
)
