"""The roles that people work in."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody's work is; each delivery says what that lets them do."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    SALES = "sales"
    AUDITOR = "auditor"
