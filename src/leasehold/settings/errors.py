"""What can be wrong with a setting."""

from collections.abc import Mapping
from typing import Any

from leasehold.kit.errors import DomainError, Kind


class SettingUnknown(DomainError):
    """There is no such setting."""

    def __init__(self, name: str) -> None:
        detail = f"There is no setting {name!r}: `leasehold settings list` names them all."
        super().__init__(Kind.NOT_FOUND, "setting_unknown", detail, {"name": name})


class SettingInvalid(DomainError):
    """The value is not possible."""

    def __init__(self, name: str, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "setting_invalid", detail, {"name": name, **(context or {})})


class SettingsInvalid(DomainError):
    """Some of several values are not possible: `errors` has a sentence for each of them."""

    def __init__(self, errors: Mapping[str, SettingInvalid]) -> None:
        detail = " ".join(error.detail for error in errors.values())
        super().__init__(Kind.INVALID, "setting_invalid", detail, {"names": list(errors)})
        self.errors = errors


class TextRefused(ValueError):
    """A text is not what it should be: `expected` names that, as the rest of a sentence, `context` the problem."""

    def __init__(self, expected: str, context: Mapping[str, Any]) -> None:
        super().__init__(expected)
        self.expected = expected
        self.context = context
