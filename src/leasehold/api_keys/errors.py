"""What can be wrong with making or revoking an API key."""

from collections.abc import Mapping
from typing import Any

from leasehold.kit.errors import DomainError, Kind


class ApiKeyNotFound(DomainError):
    """No key answers to that name or id."""

    def __init__(self, name_or_id: str) -> None:
        detail = f"There is no API key {name_or_id!r} in use: `leasehold api-key list` names them all."
        super().__init__(Kind.NOT_FOUND, "api_key_not_found", detail, {"name": name_or_id})


class ApiKeyNameTaken(DomainError):
    """A key in use has that name."""

    def __init__(self, name: str) -> None:
        detail = f"An API key called {name!r} is in use: revoke it first, or choose another name."
        super().__init__(Kind.CONFLICT, "api_key_name_taken", detail, {"name": name})


class ApiKeyInvalid(DomainError):
    """Such a key cannot be made."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.INVALID, "api_key_refused", detail, context)


class ApiKeyMadeAlready(DomainError):
    """The form that asks for a key was sent before, and has made one."""

    def __init__(self, name: str) -> None:
        detail = (
            f"This form has made the API key {name!r} already, and it was shown that once: if it was not noted, "
            "revoke it and generate another."
        )
        super().__init__(Kind.CONFLICT, "api_key_made_already", detail, {"name": name})


class ApiKeyNotRotatable(DomainError):
    """The key cannot be replaced: it is not in use any more, or has been replaced."""

    def __init__(self, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(Kind.CONFLICT, "api_key_not_rotatable", detail, context)


class ApiKeyChanged(DomainError):
    """Somebody else has changed the key meanwhile."""

    def __init__(self, name: str) -> None:
        detail = f"Somebody has renamed this API key to {name!r} meanwhile: look again, then decide."
        super().__init__(Kind.CONFLICT, "api_key_changed", detail, {"name": name})
