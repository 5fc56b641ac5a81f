"""The form that gives resources to a license."""

from uuid import uuid4

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import UUID, Length, Optional

from leasehold.panel.fields import text
from leasehold.panel.saving import PanelForm
from leasehold.panel.words import choices_of
from leasehold.resources.allocating import Wanted
from leasehold.resources.pools import LONGEST_NAME
from leasehold.resources.vocabulary import ResourceKind

_LONGEST_TEXT = 100_000


class AllocateForm(PanelForm):
    """So many of a kind, or these very ones. Sent twice, it gives once: `form_key` names it."""

    form_key = HiddenField(default=lambda: str(uuid4()), validators=[UUID()])
    kind = SelectField(_("Kind"), choices=lambda: choices_of(ResourceKind))
    count = IntegerField(_("How many"), validators=[Optional()], default=1)
    values = TextAreaField(
        _("or just these"),
        validators=[Length(max=_LONGEST_TEXT)],
        description=_("One a line. Empty: the pool picks as many as are wanted."),
        render_kw={"rows": 3},
    )
    pool = text(_("Out of the pool"), LONGEST_NAME, help_text=_("Empty: out of any pool of the kind."))

    def wanted(self) -> Wanted:
        """What the form asks for."""
        values = tuple(line.strip() for line in (self.values.data or "").splitlines() if line.strip())
        return Wanted(ResourceKind(self.kind.data), self.count.data or 0, values, self.pool.data or None)

    @property
    def idempotency_key(self) -> str:
        """What the service knows the form by."""
        return f"panel:{self.form_key.data}"
