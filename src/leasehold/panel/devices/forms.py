"""Forms about a device."""

from flask_babel import lazy_gettext as _
from wtforms import Form, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from leasehold.licensing.device_service import LONGEST_DEVICE_NAME


class RenameForm(Form):  # type: ignore[misc]  # WTForms has no types
    """What a device is called; `was` is what it was called when the form was opened."""

    name = StringField(
        _("Name"),
        validators=[
            InputRequired(_("A device needs a name.")),
            Length(max=LONGEST_DEVICE_NAME, message=_("A name has at most %(max)d characters.")),
        ],
        description=_("Its software says its own name again when it next activates."),
    )
    was = HiddenField()
