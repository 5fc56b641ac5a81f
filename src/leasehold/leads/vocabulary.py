"""The words of this capability, as the database has them."""

from enum import StrEnum


class StageType(StrEnum):
    """What a stage means; every rule hangs on this."""

    OPEN = "open"
    ON_HOLD = "on_hold"
    WON = "won"
    LOST = "lost"


class StageColour(StrEnum):
    """By which colour a stage is recognized."""

    SECONDARY = "secondary"
    BLUE = "blue"
    AZURE = "azure"
    INDIGO = "indigo"
    PURPLE = "purple"
    PINK = "pink"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    LIME = "lime"
    GREEN = "green"
    TEAL = "teal"
    CYAN = "cyan"


class ActivityKind(StrEnum):
    """What is to be done."""

    CALL = "call"
    MAIL = "mail"
    MEETING = "meeting"
    TASK = "task"
    REMINDER = "reminder"


class Light(StrEnum):
    """How the next thing to be done stands: there is none, it has time, it is due today, or it is late."""

    NONE = "none"
    PLANNED = "planned"
    TODAY = "today"
    LATE = "late"


class Lifecycle(StrEnum):
    """What an institution is to us; former: all licenses that it had are over."""

    LEAD = "lead"
    CUSTOMER = "customer"
    FORMER = "former"
    ARCHIVED = "archived"
