"""One shape for everything that is refused: a code, a kind, a sentence that says what to do."""

from collections.abc import Mapping
from enum import Enum
from typing import Any


class Kind(Enum):
    """What sort of refusal it is; each delivery has one table from kind to its own status."""

    INVALID = "invalid"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """A refusal that a person can act on.

    `code` is a snake_case word of the one vocabulary, `detail` one sentence, `context` the members that the
    code promises (a limit, a count).
    """

    def __init__(self, kind: Kind, code: str, detail: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.code = code
        self.detail = detail
        self.context: Mapping[str, Any] = context or {}


class Stale(DomainError):
    """Somebody else has changed the same thing since it was read; nothing was saved."""

    def __init__(self) -> None:
        detail = "Somebody else has changed this meanwhile, so nothing was saved: compare, then decide."
        super().__init__(Kind.CONFLICT, "stale", detail)


class ConfigurationError(Exception):
    """Leasehold cannot start as it is configured; the message is one sentence that says what to change."""
