"""The words of reminders."""

from enum import StrEnum
from typing import Final


class ReminderKind(StrEnum):
    """What a reminder is about."""

    LICENSE_EXPIRY = "license_expiry"
    POOL_LOW_WATER = "pool_low_water"
    ACTIVITY_DUE = "activity_due"


class MailState(StrEnum):
    """How a mail stands; nothing of a cancelled one was true any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"


class ReminderState(StrEnum):
    """How a reminder stands: as its mail does, unless it need not be told any more."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


TOLD: Final = "told"
"""What the ledger says of a reminder that stands as its mail does."""
