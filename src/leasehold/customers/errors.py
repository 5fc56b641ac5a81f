"""What can be wrong with naming a customer."""

from collections.abc import Sequence

from leasehold.kit.errors import DomainError, Kind


class CustomerNotFound(DomainError):
    """Nobody answers to that name or id."""

    def __init__(self, name_or_id: str) -> None:
        detail = f"There is no customer {name_or_id!r}: `leasehold customer list` names them all."
        super().__init__(Kind.NOT_FOUND, "customer_not_found", detail)


class CustomerAmbiguous(DomainError):
    """Several customers have that name."""

    def __init__(self, name: str, ids: Sequence[int]) -> None:
        listed = ", ".join(str(one) for one in ids)
        detail = f"Several customers are called {name!r}: name one by its id ({listed})."
        super().__init__(Kind.CONFLICT, "customer_ambiguous", detail, {"ids": list(ids)})
