"""What can be wrong with a setting."""

from leasehold.kit.errors import DomainError, Kind


class SettingUnknown(DomainError):
    """There is no such setting."""

    def __init__(self, name: str) -> None:
        detail = f"There is no setting {name!r}: `leasehold settings list` names them all."
        super().__init__(Kind.NOT_FOUND, "setting_unknown", detail)


class SettingInvalid(DomainError):
    """The value is not possible."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(Kind.INVALID, "setting_invalid", detail, {"name": name})
