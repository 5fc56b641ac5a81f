"""The forms about pools."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from leasehold.panel.fields import text
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm
from leasehold.panel.words import choices_of
from leasehold.resources.models import ResourcePool
from leasehold.resources.pools import LONGEST_NAME, PoolCard, card_of
from leasehold.resources.vocabulary import PickPolicy, ResourceKind

_LONGEST_TEXT = 100_000
HOW_TO_WRITE: Final[dict[ResourceKind, LazyString]] = {
    ResourceKind.DOMAIN: _("A domain a line, such as example.com."),
    ResourceKind.IPV4: _(
        "A line is an address, a block such as 203.0.113.0/28, a range such as 203.0.113.10-20, or a pattern such as "
        "203.0.113.[1,5-9]."
    ),
    ResourceKind.PHONE: _(
        "A line is a number such as +49 30 1234567, or a range such as +49 30 1234500 - +49 30 1234599."
    ),
}


class PoolFields(PanelForm):
    """What is said of a pool, and can be changed."""

    name = text(_("Name"), LONGEST_NAME, required=True)
    owner = text(_("Looked after by"), LONGEST_NAME)
    pick_policy = SelectField(_("Which of the free ones is next"), choices=lambda: choices_of(PickPolicy))
    quarantine_days = IntegerField(
        _("Quarantine in days"),
        validators=[Optional()],
        description=_(
            "How long one that was released is nobody's. Empty: 30 for domains, 7 for addresses, 90 for numbers."
        ),
    )
    low_water = IntegerField(
        _("Low-water mark"),
        validators=[Optional()],
        description=_("With fewer free ones, the pool is shown as running low. Empty or 0: never."),
    )
    public_only = BooleanField(_("Public addresses only (IPv4)"))
    default_country = text(
        _("Default country (phone numbers)"), 2, help_text=_("Two letters such as DE, for numbers that name none.")
    )

    def card(self) -> PoolCard:
        """What the form says."""
        return PoolCard(
            name=self.name.data or "",
            owner=self.owner.data,
            pick_policy=PickPolicy(self.pick_policy.data),
            quarantine_days=self.quarantine_days.data,
            low_water=self.low_water.data or 0,
            public_only=self.public_only.data,
            default_country=self.default_country.data,
        )


class NewPoolForm(PoolFields):
    """A pool that is made; its kind never changes."""

    first = ("name", "kind")

    kind = SelectField(_("Kind"), choices=lambda: choices_of(ResourceKind))


class EditPoolForm(PoolFields, VersionedForm):
    """The same, of a pool that exists."""


def stored_pool(pool: ResourcePool) -> Stored:
    """What the fields of `EditPoolForm` would say of the pool."""
    card = card_of(pool)
    names = ("name", "owner", "quarantine_days", "low_water", "public_only", "default_country")
    values = {name: getattr(card, name) for name in names}
    return Stored(values | {"pick_policy": card.pick_policy.value}, pool.version)


class AddForm(PanelForm):
    """Values to be put into a pool, one, a block, a range or a pattern a line."""

    values = TextAreaField(
        _("Values"),
        validators=[
            InputRequired(_("Name at least one value.")),
            Length(max=_LONGEST_TEXT, message=_("This is too much by hand: import a file instead.")),
        ],
        render_kw={"rows": 8},
    )

    def lines(self) -> list[str]:
        """Those that are not empty."""
        return [line for line in (self.values.data or "").splitlines() if line.strip()]
