"""What is typed about API keys."""

from uuid import UUID, uuid4

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    Form,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    ValidationError,
    widgets,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from leasehold.api_keys.rotation import DEFAULT_OVERLAP_HOURS, LONGEST_OVERLAP_HOURS
from leasehold.api_keys.service import LONGEST_NAME, SCOPES

SCOPE_WORDS = {
    "license": _("Everything that your software asks: validate, activate, sessions, heartbeats."),
    "metrics": _("Read the server's figures for monitoring (Prometheus)."),
}


def _is_uuid(_form: Form, field: HiddenField) -> None:
    try:
        UUID(field.data or "")
    except ValueError:
        raise ValidationError(_("This form is incomplete: open it again.")) from None


class _SentOnce(Form):  # type: ignore[misc]  # WTForms has no types
    """A form whose second sending is recognised by `form_id`."""

    form_id = HiddenField(default=lambda: str(uuid4()), validators=[_is_uuid])

    def sent_as(self) -> UUID:
        """The name of this very form, once it is validated."""
        return UUID(self.form_id.data)


def _expiry(label: str, description: str) -> DateField:
    return DateField(label, description=description, validators=[Optional()])


class NewKeyForm(_SentOnce):
    """What a key is for, what it may do, how long."""

    name = StringField(
        _("Name"),
        description=_("What the key is for, such as the program or the shop that will use it."),
        validators=[DataRequired(_("The key needs a name.")), Length(max=LONGEST_NAME)],
    )
    scopes = SelectMultipleField(
        _("Scopes"),
        choices=[SelectChoice(scope) for scope in SCOPES],
        default=["license"],
        validators=[DataRequired(_("Choose at least one scope."))],
        validate_choice=False,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    expires = _expiry(_("Last day"), _("The last day on which the key works; empty for a key that never expires."))


class RotationForm(_SentOnce):
    """How long old and new key work side by side."""

    overlap_hours = IntegerField(
        _("Overlap in hours"),
        default=DEFAULT_OVERLAP_HOURS,
        description=_("So long the old key goes on, for you to bring the new one everywhere."),
        validators=[InputRequired(_("Type a whole number of hours.")), NumberRange(0, LONGEST_OVERLAP_HOURS)],
    )
    expires = _expiry(_("Last day of the new key"), _("Empty: it expires when the old one would have."))


class RenameForm(Form):  # type: ignore[misc]  # WTForms has no types
    """Another name; `before` is what the key was called when the form was opened."""

    before = HiddenField()
    name = StringField(_("Name"), validators=[DataRequired(_("The key needs a name.")), Length(max=LONGEST_NAME)])
