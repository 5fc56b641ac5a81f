"""What can be wrong with changing the staff, and with getting in."""

from collections.abc import Mapping
from typing import Any

from leasehold.kit.errors import DomainError, Kind


class StaffMemberNotFound(DomainError):
    """Nobody answers to that address or id."""

    def __init__(self, email_or_id: str) -> None:
        detail = f"There is no staff member {email_or_id!r}: `leasehold admin list` names them all."
        super().__init__(Kind.NOT_FOUND, "staff_member_not_found", detail, {"email": email_or_id})


class LastAdministrator(DomainError):
    """Nobody would be left who may administer."""

    def __init__(self, email: str) -> None:
        detail = f"{email} is the last administrator and has to stay one: make another one first."
        super().__init__(Kind.CONFLICT, "last_administrator", detail, {"email": email})


class EmailInvalid(DomainError):
    """That is no e-mail address."""

    def __init__(self) -> None:
        super().__init__(Kind.INVALID, "email_invalid", "That is not an e-mail address: write it like ada@example.org.")


class EmailTaken(DomainError):
    """Somebody has that address already."""

    def __init__(self) -> None:
        detail = "Somebody with this e-mail address is a member already: sign in, or use another address."
        super().__init__(Kind.CONFLICT, "email_taken", detail)


class PasswordRefused(DomainError):
    """The password is too short, too long, or too easily guessed."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "password_refused", detail, context)


class SetupLinkInvalid(DomainError):
    """The link was used, is too old, or never was."""

    def __init__(self) -> None:
        detail = "This link was used already or is too old: an administrator or `leasehold admin setup-link` makes one."
        super().__init__(Kind.NOT_FOUND, "setup_link_invalid", detail)


class LastSecondFactor(DomainError):
    """Nothing would be left besides the password, and something has to be."""

    def __init__(self) -> None:
        detail = "This is your only second factor, and one is required: add another one first."
        super().__init__(Kind.CONFLICT, "last_second_factor", detail)


class PasskeyRefused(DomainError):
    """The passkey's answer does not hold."""

    def __init__(self) -> None:
        detail = "The passkey was not accepted: its answer is too old or does not fit. Try again."
        super().__init__(Kind.FORBIDDEN, "passkey_refused", detail)


class SignInBusy(DomainError):
    """More people sign in at once than passwords can be checked."""

    def __init__(self) -> None:
        detail = "Too many people are signing in just now: try again in a few seconds."
        super().__init__(Kind.UNAVAILABLE, "sign_in_busy", detail)
