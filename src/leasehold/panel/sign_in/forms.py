"""The forms of getting in. What passwords must be is said by the staff's rules, not here."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

_SENTENCE = _("Please fill this in.")
_PASSWORD_MOST = 4096


class SignInForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """E-mail and password."""

    email = StringField(
        _("E-mail address"),
        [InputRequired(_SENTENCE), Length(max=254)],
        render_kw={"autocomplete": "username webauthn", "type": "email", "autofocus": True},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_SENTENCE), Length(max=_PASSWORD_MOST)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """A code of the app, or a recovery code."""

    code = StringField(
        _("Code"),
        [InputRequired(_SENTENCE), Length(max=64)],
        render_kw={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "off", "spellcheck": "false"},
    )


class EnrolForm(CodeForm):
    """The first code of an app, and the secret that it was given, sealed."""

    sealed_secret = HiddenField()


class SetupForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """Name, e-mail and password of a new member."""

    name = StringField(_("Name"), [InputRequired(_SENTENCE), Length(max=200)], render_kw={"autocomplete": "name"})
    email = StringField(
        _("E-mail address"),
        [InputRequired(_SENTENCE), Length(max=300)],
        render_kw={"autocomplete": "username", "type": "email"},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_SENTENCE), Length(max=_PASSWORD_MOST)],
        description=_("At least 12 characters; several words are good."),
        render_kw={"autocomplete": "new-password"},
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """A new password for somebody who is a member already."""

    password = PasswordField(
        _("New password"),
        [InputRequired(_SENTENCE), Length(max=_PASSWORD_MOST)],
        description=_("At least 12 characters; several words are good."),
        render_kw={"autocomplete": "new-password"},
    )
