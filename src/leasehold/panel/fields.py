"""Fields that several forms have: spans of time, days, rows that grow."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import DateField, FieldList, StringField
from wtforms.validators import Length, Optional

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9})\s*(s|min|h|d)?")
_EMPTY_ROWS = 3


def span(seconds: int) -> str:
    """Seconds in the largest unit that they are whole in."""
    unit = next(unit for unit in ("d", "h", "min", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]} {unit}" if seconds else "0 s"


class DurationField(StringField):  # type: ignore[misc]  # wtforms has no types
    """A span of time as people type it: `36 h`, `30 d`, `45 min`; its data are seconds."""

    data: Any

    def __init__(self, label: Any = None, **values: Any) -> None:
        values.setdefault("description", lazy_gettext("A number with s, min, h or d, such as 36 h."))
        super().__init__(label, **values)

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else self.readable(self.data)

    def process_formdata(self, texts: list[str]) -> None:
        """Read what was typed."""
        if not texts:
            return
        found = _DURATION.fullmatch(texts[0].strip().lower())
        if found is None:
            self.data = None
            raise ValueError(_("This is no span of time: write a number with s, min, h or d, such as 36 h."))
        self.data = int(found[1]) * _UNITS[found[2] or "s"]

    def readable(self, seconds: Any) -> str:
        """Seconds in the largest unit that they are whole in."""
        return "" if seconds is None else span(seconds)


def day(label: Any, help_text: Any = "") -> Any:
    """A day of the installation's time zone, or none."""
    return DateField(label, description=help_text, validators=[Optional()])


def text(label: Any, longest: int, *, help_text: Any = "", required: bool = False) -> Any:
    """A line of text; whether it can be what it is meant to be is the service's to say."""
    flags = {"required": True} if required else {}
    return StringField(label, description=help_text, validators=[Length(max=longest)], render_kw=flags or None)


class RowList(FieldList):  # type: ignore[misc]  # wtforms has no types
    """Rows of the same fields, with a few empty ones at the end to be filled in; without scripts, too."""

    def add_empty(self) -> None:
        """Add the empty rows that are shown; those that were sent empty count."""
        empty = sum(1 for entry in self.entries if not _is_filled(entry))
        room = self.max_entries - len(self.entries)
        for _number in range(min(_EMPTY_ROWS - empty, room)):
            self.append_entry()

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:  # noqa: ARG002  # rows have their own
        """Whether every row that is filled in can be read."""
        self.errors = [entry.errors for entry in self.entries if _is_filled(entry) and not entry.validate(form)]
        return not self.errors


def _is_filled(row: Any) -> bool:
    return any(part.data for part in row.form if part.type != "SelectField")
