"""What the tester sends."""

import re

from flask_babel import lazy_gettext as _
from wtforms import Form, PasswordField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, Length, ValidationError

BY_KEY = "key"
AS_PANEL = "panel"
_PRINTABLE = re.compile(r"[!-~]*")


class TesterForm(Form):  # type: ignore[misc]  # WTForms has no types
    """A validate request, and in whose name it is sent."""

    license_key = StringField(_("License key"), validators=[DataRequired(_("Type a license key.")), Length(max=100)])
    hardware_fingerprint = StringField(
        _("Hardware fingerprint"), description=_("Optional: 16 to 255 characters."), validators=[Length(max=300)]
    )
    product = StringField(_("Product"), description=_("Optional: its short name."), validators=[Length(max=100)])
    nonce = StringField(
        _("Nonce"), description=_("Optional: asks for a signed proof of the answer."), validators=[Length(max=200)]
    )
    way = RadioField(
        _("Send it"),
        choices=[
            SelectChoice(BY_KEY, _("over HTTP, with an API key")),
            SelectChoice(AS_PANEL, _("as the panel: decided by the same rules, without HTTP and without an API key")),
        ],
        default=BY_KEY,
    )
    secret_key = PasswordField(
        _("API key"),
        description=_("It is sent to the license server and kept nowhere."),
        validators=[Length(max=200)],
    )

    def validate_secret_key(self, field: PasswordField) -> None:
        """Over HTTP a key is needed, of characters that a header may have."""
        if self.way.data == BY_KEY and not field.data:
            raise ValidationError(_("Type the API key to send, or choose to ask as the panel."))
        if not _PRINTABLE.fullmatch(field.data or ""):
            raise ValidationError(_("An API key has no spaces and no special characters."))

    def request(self) -> dict[str, str]:
        """The body of the request: what was filled in."""
        names = ("license_key", "hardware_fingerprint", "product", "nonce")
        return {name: text for name in names if (text := (self[name].data or "").strip())}
