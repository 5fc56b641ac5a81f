"""What a role may do in the panel: one table, asked for every page."""

from enum import StrEnum
from typing import Final

from leasehold.staff.roles import Role


class Right(StrEnum):
    """What a page needs of who opens it."""

    PUBLIC = "public"
    """Nothing: also somebody who has not signed in."""
    SIGNED_IN = "signed_in"
    """Somebody who has signed in, on their own account."""
    READ = "read"
    """Institutions, customers, products, licenses, devices, sessions, resources, reminders."""
    READ_ADMINISTRATION = "read_administration"
    """The audit log, API keys, settings, the staff."""
    CHANGE_CUSTOMERS = "change_customers"
    """Institutions, customers, the people in them, activities and notes."""
    CHANGE_LICENSES = "change_licenses"
    """Products, licenses, devices, sessions, resources and their pools."""
    ADMINISTER = "administer"
    """API keys, settings, the staff, the rules of reminders, the stages of leads."""


_READER: Final = frozenset({Right.PUBLIC, Right.SIGNED_IN, Right.READ})

RIGHTS_OF: Final[dict[Role, frozenset[Right]]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.OPERATOR: _READER | {Right.CHANGE_LICENSES},
    Role.SALES: _READER | {Right.CHANGE_CUSTOMERS},
    Role.AUDITOR: _READER | {Right.READ_ADMINISTRATION},
}
NOBODYS: Final = frozenset({Right.PUBLIC})


def rights_of(role: Role | None) -> frozenset[Right]:
    """What somebody with this role may do; None is who has not signed in."""
    return NOBODYS if role is None else RIGHTS_OF[role]
