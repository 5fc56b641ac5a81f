"""What can stand in the way of reminders."""

from collections.abc import Sequence

from leasehold.kit.errors import DomainError, Kind


class RemindersOff(DomainError):
    """No mail server is configured."""

    def __init__(self, missing: Sequence[str]) -> None:
        detail = f"Reminders are off, so nothing was sent: set {' and '.join(missing)} to turn them on."
        super().__init__(Kind.CONFLICT, "reminders_off", detail, {"missing": list(missing)})


class RemindersBusy(DomainError):
    """Another process sends them just now."""

    def __init__(self) -> None:
        detail = "Another process is sending reminders just now, so this one sent none: wait until it is done."
        super().__init__(Kind.CONFLICT, "reminders_busy", detail)


class MailServerAway(DomainError):
    """The mail server cannot be reached, or does not let us in."""

    def __init__(self, server: str, reason: str) -> None:
        detail = f"The mail server {server} cannot be used ({reason}): look at LEASEHOLD_SMTP_HOST and the like."
        super().__init__(Kind.CONFLICT, "mail_server_away", detail, {"server": server, "reason": reason})


class MailNotTaken(DomainError):
    """The mail server does not take a mail to this address."""

    def __init__(self, address: str, reason: str) -> None:
        detail = f"The mail server did not take the mail to {address} ({reason}): look for a typing mistake."
        super().__init__(Kind.CONFLICT, "mail_not_taken", detail, {"address": address, "reason": reason})


class ReminderNotFound(DomainError):
    """The ledger has no such line."""

    def __init__(self, reminder_id: int) -> None:
        detail = f"There is no reminder {reminder_id}: `leasehold reminder list` names them all."
        super().__init__(Kind.NOT_FOUND, "reminder_not_found", detail, {"id": reminder_id})


class ReminderNotGivenUp(DomainError):
    """Only what was given up is sent again by hand; all else takes its way by itself."""

    def __init__(self, reminder_id: int) -> None:
        detail = (
            f"Reminder {reminder_id} was not given up, so it is not sent again: it was sent, is being sent, or need "
            "not be told any more."
        )
        super().__init__(Kind.CONFLICT, "reminder_not_given_up", detail, {"id": reminder_id})


class ReminderRuleNotFound(DomainError):
    """No rule has that id."""

    def __init__(self, rule_id: int) -> None:
        detail = f"There is no rule {rule_id}: `leasehold reminder rules` names them all."
        super().__init__(Kind.NOT_FOUND, "reminder_rule_not_found", detail, {"rule": rule_id})
