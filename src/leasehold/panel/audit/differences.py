"""Before and after, field by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_FIELDS_IN_LINE: Final = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its values as texts, None where there is none; `kind` is added, changed or removed.

    An `erased` value is one whose digest alone is left.
    """

    field: str
    before: str | None
    after: str | None
    kind: str
    before_erased: bool = False
    after_erased: bool = False


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """Every field that says something on either side, in the order of their names."""
    old, new = before or {}, after or {}
    fields = sorted({*old, *new})
    found = [_difference(name, old.get(name), new.get(name)) for name in fields]
    return [difference for difference in found if difference is not None]


def changed_fields(*halves: Mapping[str, Any] | None) -> str:
    """The names of the first fields that say something, in one line."""
    said = sorted({name for half in halves for name, value in (half or {}).items() if not _is_nothing(value)})
    return ", ".join([*said[:_FIELDS_IN_LINE], *(["…"] if len(said) > _FIELDS_IN_LINE else [])])


def as_json(half: Mapping[str, Any] | None) -> str | None:
    """One side as a text, for files."""
    return None if half is None else json.dumps(half, ensure_ascii=False, sort_keys=True)


def _difference(field: str, old: Any, new: Any) -> Difference | None:
    before, after = _text(old), _text(new)
    if before is None and after is None:
        return None
    kind = "added" if before is None else "removed" if after is None else "changed"
    return Difference(field, before, after, kind, _is_digest(old), _is_digest(new))


def _text(value: Any) -> str | None:
    if _is_nothing(value):
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, dict | list) and not value)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("sha256:")
