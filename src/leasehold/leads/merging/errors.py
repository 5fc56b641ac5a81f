"""Why institutions are not merged, or a merge is not undone."""

from collections.abc import Mapping
from typing import Any

from leasehold.kit.errors import DomainError, Kind


class MergeRefused(DomainError):
    """They cannot be merged as was asked; `problem` says why."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.CONFLICT, "merge_refused", detail, context)


class FieldUnknown(DomainError):
    """Nothing is called so of which one of the two can be kept."""

    def __init__(self, name: str, known: str) -> None:
        detail = f"There is no choice of {name!r}: the fields are {known}."
        super().__init__(Kind.INVALID, "merge_field_unknown", detail, {"name": name, "known": known})


class NotMerged(DomainError):
    """The institution stands for itself."""

    def __init__(self, name: str) -> None:
        detail = f"{name!r} was not merged into another, or that was undone: there is nothing to undo."
        super().__init__(Kind.CONFLICT, "not_merged", detail, {"name": name})


class UnmergeRefused(DomainError):
    """The merge stays; `problem` says why."""

    def __init__(self, detail: str, context: Mapping[str, Any]) -> None:
        super().__init__(Kind.CONFLICT, "unmerge_refused", detail, context)
