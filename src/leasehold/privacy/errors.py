"""What can be wrong with requests about people, as sentences for who answers them."""

from datetime import datetime

from leasehold.kit.errors import DomainError, Kind
from leasehold.privacy.vocabulary import RetentionKind


class PersonNotFound(DomainError):
    """Nobody has that id, or ever had."""

    def __init__(self, contact_id: int) -> None:
        detail = f"There is no person {contact_id}: `leasehold person list` names them all."
        super().__init__(Kind.NOT_FOUND, "person_not_found", detail, {"id": contact_id})


class PersonRestricted(DomainError):
    """Data of somebody whose data are restricted stay as they are."""

    def __init__(self, contact_id: int) -> None:
        detail = (
            f"The data of person {contact_id} are restricted, so they are kept as they are: lift the restriction, or "
            "say that they are to be erased all the same (--even-if-restricted)."
        )
        super().__init__(Kind.CONFLICT, "person_restricted", detail, {"id": contact_id})


class PersonErased(DomainError):
    """Nothing can be done with somebody who was erased."""

    def __init__(self, contact_id: int) -> None:
        detail = f"Person {contact_id} was erased: nothing is left that could be changed."
        super().__init__(Kind.CONFLICT, "person_erased", detail, {"id": contact_id})


class NotRestricted(DomainError):
    """There is no restriction to lift."""

    def __init__(self, contact_id: int) -> None:
        detail = f"The data of person {contact_id} are not restricted: there is nothing to lift."
        super().__init__(Kind.CONFLICT, "person_not_restricted", detail, {"id": contact_id})


class PersonWasErased(DomainError):
    """An address or number belongs to somebody who was erased."""

    def __init__(self, way: str, erased_at: datetime) -> None:
        day = erased_at.date().isoformat()
        detail = (
            f"Somebody who is reached by {way[:80]!r} was erased on {day}, so they were not written down again: leave "
            "them out, or say that they have agreed to it anew."
        )
        super().__init__(Kind.CONFLICT, "person_was_erased", detail, {"value": way[:80], "day": day})


class RequestNotFound(DomainError):
    """The register has no such request."""

    def __init__(self, request_id: int) -> None:
        detail = f"There is no request {request_id}: `leasehold privacy request list` names them all."
        super().__init__(Kind.NOT_FOUND, "privacy_request_not_found", detail, {"id": request_id})


class RequestDone(DomainError):
    """A request is answered once."""

    def __init__(self, request_id: int) -> None:
        detail = f"Request {request_id} is done already: register what was asked since as another one."
        super().__init__(Kind.CONFLICT, "privacy_request_done", detail, {"id": request_id})


class RequestInvalid(DomainError):
    """What is said of a request cannot be."""

    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(Kind.INVALID, "privacy_request_invalid", detail, {"problem": problem})


class NotProposed(DomainError):
    """Only who is proposed can be erased by a rule."""

    def __init__(self, contact_id: int) -> None:
        detail = (
            f"No rule proposes to erase person {contact_id} now, so nobody was erased: look at the proposals again."
        )
        super().__init__(Kind.CONFLICT, "retention_not_proposed", detail, {"id": contact_id})


class KeepInvalid(DomainError):
    """Somebody is kept until a day to come."""

    def __init__(self, problem: str, detail: str, **context: int) -> None:
        super().__init__(Kind.INVALID, "retention_keep_invalid", detail, {"problem": problem, **context})


class MonthsInvalid(DomainError):
    """A rule waits some months."""

    def __init__(self, kind: RetentionKind, most: int) -> None:
        detail = f"The rule {kind.value} waits 1 to {most} months, or for ever: choose another number."
        super().__init__(Kind.INVALID, "retention_months_invalid", detail, {"kind": kind.value, "most": most})
