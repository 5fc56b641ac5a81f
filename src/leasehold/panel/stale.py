"""Two people edit the same thing: the later one sees both versions and decides, instead of overwriting unawares.

A form that edits a versioned row carries the version it was shown with. Where the row has moved on, nothing is saved:
the page compares what was typed with what stands now, and sends the newer version with the next attempt.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Field, IntegerField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from leasehold.panel.saving import PanelForm, carry_out, is_valid, save_form


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands in the database just now: the values of a form's fields, by their names, and their version."""

    values: Mapping[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two editors differ, as people read it."""

    label: str
    yours: str
    theirs: str


class VersionedForm(PanelForm):
    """A form that carries the version of the row that it edits."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.differences: list[Difference] = []


def save_versioned(
    form: VersionedForm, save: Callable[[], str], stored: Callable[[], Stored]
) -> ResponseReturnValue | None:
    """As `save_form`; where the row has changed meanwhile, the form compares with what is `stored`.

    Where both editors say the same, there is nothing to decide, and it is saved.
    """
    if not is_valid(form):
        return None
    answer = carry_out(form, save)
    if not form.is_stale:
        return answer
    now = stored()
    form.differences = _differences(form, now.values)
    form.version.data, form.version.raw_data = now.version, None
    if form.differences:
        return None
    form.refusals.clear()
    return carry_out(form, save)


def save_additional(
    form: VersionedForm, save: Callable[[], str], version: Callable[[], int]
) -> ResponseReturnValue | None:
    """As `save_form`, for a form that only adds something to a row, so that there is nothing to compare.

    Where the row has changed since the form was shown (perhaps by this very form, sent twice), nothing is added; the
    next attempt goes by the row's new `version`.
    """
    try:
        return save_form(form, save)
    finally:
        if form.is_stale:
            form.version.data, form.version.raw_data = version(), None


def _differences(form: VersionedForm, theirs: Mapping[str, Any]) -> list[Difference]:
    pairs = [
        Difference(str(field.label.text), readable(field, field.data), readable(field, theirs[field.name]))
        for field in form
        if field.name in theirs
    ]
    return [pair for pair in pairs if pair.yours != pair.theirs]


def readable(field: Field, value: Any) -> str:
    """A field's value in words."""
    if hasattr(field, "readable"):
        return str(field.readable(value))
    if hasattr(field, "iter_choices"):
        return next((str(choice.label) for choice in field.iter_choices() if choice.value == value), str(value or ""))
    match value:
        case bool():
            return str(_("yes") if value else _("no"))
        case None:
            return ""
        case list():
            return "; ".join(filter(None, map(_row, value)))
        case _:
            return " ".join(str(value).split())


def _row(row: Any) -> str:
    """A row of several fields; nothing where all are empty but those that always say something."""
    texts = [str(part).strip() for part in row.values() if part] if isinstance(row, dict) else [str(row)]
    return " ".join(texts) if len(texts) > 1 else ""
