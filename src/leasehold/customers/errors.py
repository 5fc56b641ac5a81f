"""What can be wrong with institutions, customers and the people in them."""

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


class InstitutionNotFound(DomainError):
    """No institution answers to that name or id."""

    def __init__(self, name_or_id: str) -> None:
        detail = f"There is no institution {name_or_id!r}: `leasehold institution list` names them all."
        super().__init__(Kind.NOT_FOUND, "institution_not_found", detail, {"name": name_or_id})


class InstitutionAmbiguous(DomainError):
    """Several institutions have that name."""

    def __init__(self, name: str, ids: Sequence[int]) -> None:
        listed = ", ".join(str(one) for one in ids)
        detail = f"Several institutions are called {name!r}: name one by its id ({listed})."
        super().__init__(Kind.CONFLICT, "institution_ambiguous", detail, {"name": name, "ids": list(ids)})


class InstitutionInvalid(DomainError):
    """What is said of an institution cannot be."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "institution_invalid", detail, context)


class VatIdTaken(DomainError):
    """Another institution has the VAT id."""

    def __init__(self, vat_id: str) -> None:
        detail = f"Another institution has the VAT id {vat_id}: look whether it is the same, or archive one of them."
        super().__init__(Kind.CONFLICT, "vat_id_taken", detail, {"vat_id": vat_id})


class InstitutionStays(DomainError):
    """An institution that others refer to is archived, not deleted."""

    def __init__(self) -> None:
        detail = "It is a customer, or another institution was merged into it, so it cannot be deleted: archive it."
        super().__init__(Kind.CONFLICT, "institution_stays", detail)


class ContactNotFound(DomainError):
    """The institution has no such contact."""

    def __init__(self) -> None:
        detail = "There is no such contact at this institution: look at its contacts again."
        super().__init__(Kind.NOT_FOUND, "contact_not_found", detail)


class ContactUnknown(DomainError):
    """Nobody, or more than one person, answers to that."""

    def __init__(self, email_or_number: str) -> None:
        detail = (
            f"Nobody, or more than one person, answers to {email_or_number!r}: `leasehold person list` has the numbers."
        )
        super().__init__(Kind.NOT_FOUND, "contact_unknown", detail, {"value": email_or_number})


class DetailNotFound(DomainError):
    """Nobody is reached that way any more."""

    def __init__(self) -> None:
        detail = "This way to reach somebody is not written down any more: look at the contact again."
        super().__init__(Kind.NOT_FOUND, "detail_not_found", detail)


class ContactInvalid(DomainError):
    """What is said of a contact cannot be."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "contact_invalid", detail, context)


class NoCard(DomainError):
    """No card is made of somebody whose data are not to be used, or who is not to be contacted."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.CONFLICT, "no_card", detail, context)
