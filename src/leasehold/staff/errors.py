"""What can be wrong with changing the staff."""

from leasehold.kit.errors import DomainError, Kind


class StaffMemberNotFound(DomainError):
    """Nobody answers to that address or id."""

    def __init__(self, email_or_id: str) -> None:
        detail = f"There is no staff member {email_or_id!r}: `leasehold admin list` names them all."
        super().__init__(Kind.NOT_FOUND, "staff_member_not_found", detail)


class LastAdministrator(DomainError):
    """Nobody would be left who may administer."""

    def __init__(self, email: str) -> None:
        detail = f"{email} is the last administrator and cannot be disabled: make another one first."
        super().__init__(Kind.CONFLICT, "last_administrator", detail)
