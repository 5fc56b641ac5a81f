"""What can be wrong with making or revoking an API key."""

from leasehold.kit.errors import DomainError, Kind


class ApiKeyNotFound(DomainError):
    """No key answers to that name or id."""

    def __init__(self, name_or_id: str) -> None:
        detail = f"There is no API key {name_or_id!r} in use: `leasehold api-key list` names them all."
        super().__init__(Kind.NOT_FOUND, "api_key_not_found", detail)


class ApiKeyNameTaken(DomainError):
    """A key in use has that name."""

    def __init__(self, name: str) -> None:
        detail = f"An API key called {name!r} is in use: revoke it first, or choose another name."
        super().__init__(Kind.CONFLICT, "api_key_name_taken", detail)


class ApiKeyInvalid(DomainError):
    """Such a key cannot be made."""

    def __init__(self, detail: str) -> None:
        super().__init__(Kind.INVALID, "api_key_refused", detail)
