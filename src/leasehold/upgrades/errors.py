"""What can stop an upgrade."""

from leasehold.kit.errors import DomainError, Kind


class UpgradeRefused(DomainError):
    """The upgrade was not begun, or was undone: the old program goes on with its own schema or one that it serves."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(Kind.CONFLICT, code, detail)
