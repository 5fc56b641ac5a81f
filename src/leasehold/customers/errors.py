"""What can be wrong with naming a customer."""

from collections.abc import Mapping, Sequence
from typing import Any

from leasehold.kit.errors import DomainError, Kind


class CustomerNotFound(DomainError):
    """Nobody answers to that name or id."""

    def __init__(self, name_or_id: str) -> None:
        detail = f"There is no customer {name_or_id!r}: `leasehold customer list` names them all."
        super().__init__(Kind.NOT_FOUND, "customer_not_found", detail, {"name": name_or_id})


class CustomerAmbiguous(DomainError):
    """Several customers have that name."""

    def __init__(self, name: str, ids: Sequence[int]) -> None:
        listed = ", ".join(str(one) for one in ids)
        detail = f"Several customers are called {name!r}: name one by its id ({listed})."
        super().__init__(Kind.CONFLICT, "customer_ambiguous", detail, {"name": name, "ids": list(ids)})


class CustomerHasLicenses(DomainError):
    """A customer that licenses were made for stays."""

    def __init__(self) -> None:
        detail = "Licenses were made for this customer, or passed through it: it stays, so that its history does."
        super().__init__(Kind.CONFLICT, "customer_has_licenses", detail)


class CustomerInvalid(DomainError):
    """What is said of a customer cannot be."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "customer_invalid", detail, context)


class ContactNotFound(DomainError):
    """The institution has no such contact."""

    def __init__(self) -> None:
        detail = "There is no such contact at this customer: look at the customer's contacts again."
        super().__init__(Kind.NOT_FOUND, "contact_not_found", detail)


class ContactInvalid(DomainError):
    """What is said of a contact cannot be."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "contact_invalid", detail, context)
