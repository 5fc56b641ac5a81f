"""The forms of the account."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from leasehold.panel.sign_in.forms import NewPasswordForm

_SENTENCE = _("Please fill this in.")


class ChangePasswordForm(NewPasswordForm):
    """The present password and the new one."""

    present_password = PasswordField(
        _("Present password"),
        [InputRequired(_SENTENCE), Length(max=4096)],
        render_kw={"autocomplete": "current-password"},
    )


class PasskeyNameForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """What a passkey is called."""

    name = StringField(_("Name of the passkey"), [InputRequired(_SENTENCE), Length(max=60)])
