"""The forms about licenses."""

from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from wtforms import BooleanField, FormField, HiddenField, IntegerField, SelectField, TextAreaField, validators
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from leasehold.licensing import notes, service
from leasehold.licensing.batches import MOST_IN_A_BATCH
from leasehold.licensing.deciding import MOST_DEVICES
from leasehold.licensing.editing import LicenseChange
from leasehold.licensing.errors import LicenseInvalid
from leasehold.licensing.features import LONGEST_VALUE, read_feature_value
from leasehold.licensing.products import list_products
from leasehold.licensing.queries import LicenseLine
from leasehold.licensing.service import LicenseTerms
from leasehold.licensing.state import FeatureValue
from leasehold.licensing.vocabulary import LicenseType
from leasehold.panel.context import db
from leasehold.panel.customers.choosing import CustomerChoice
from leasehold.panel.fields import DurationField, RowList, day, text
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm
from leasehold.panel.words import choices_of
from leasehold.settings.days import day_begins, day_ends

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_KINDS = [("text", _("text")), ("number", _("number")), ("boolean", _("yes or no"))]


class FeatureRow(PlainForm):  # type: ignore[misc]  # wtforms has no types
    """One feature."""

    name = text(_("Feature"), 64)
    kind = SelectField(_("Kind"), choices=lambda: _KINDS)
    value = text(_("Value"), LONGEST_VALUE)


class Sold(PanelForm):
    """What a license is: its places, its features, its use offline."""

    device_limit = IntegerField(_("Devices"), [InputRequired(), NumberRange(1, MOST_DEVICES)], default=1)
    concurrent_sessions_limit = IntegerField(
        _("Concurrent sessions"), [InputRequired(), NumberRange(1, MOST_DEVICES)], default=1
    )
    features = RowList(
        FormField(FeatureRow),
        _("Features"),
        max_entries=110,
        default=(),
        description=_("A row without a name is passed over. For yes or no write true or false."),
    )
    offline_grace = DurationField(_("Offline grace"), default=86400)
    checkout_enabled = BooleanField(_("May be checked out for use offline"), default=True)
    offline_max_ttl = DurationField(_("Longest checkout"), default=30 * 86400)

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.features.add_empty()

    def read_features(self) -> dict[str, FeatureValue]:
        """The features that were typed. Raises `LicenseInvalid` `feature_invalid`."""
        features: dict[str, FeatureValue] = {}
        for row in self.features.data:
            name = (row["name"] or "").strip()
            if not name and (row["value"] or "").strip():
                raise LicenseInvalid("feature_invalid", gettext("A feature with a value needs a name: type one."))
            if name in features:
                detail = gettext("The feature %(name)s is there twice: take one away.", name=name)
                raise LicenseInvalid("feature_invalid", detail)
            if name:
                features[name] = _feature(name, row["kind"], (row["value"] or "").strip())
        return features

    def changed(self) -> LicenseChange:
        """What the form says. Raises `LicenseInvalid` `feature_invalid`."""
        return LicenseChange(
            device_limit=self.device_limit.data,
            concurrent_sessions_limit=self.concurrent_sessions_limit.data,
            features=self.read_features(),
            offline_grace=self.offline_grace.data,
            offline_max_ttl=self.offline_max_ttl.data,
            checkout_enabled=self.checkout_enabled.data,
        )


class EditLicenseForm(Sold, VersionedForm):
    """The same, of a license that exists."""


class MakeLicensesForm(CustomerChoice, Sold):
    """Licenses that are made; `form_key` makes them once, however often the form is sent."""

    first = ("customer", "customer_id", "new_customer", "product", "type", "count", "valid_from", "valid_until")

    form_key = HiddenField(validators=[InputRequired(), validators.UUID()])
    product = SelectField(_("Product"), choices=lambda: [(one.slug, one.name) for one in list_products(db())])
    type = SelectField(_("Type"), choices=lambda: choices_of(LicenseType))
    count = IntegerField(_("How many"), [InputRequired(), NumberRange(1, MOST_IN_A_BATCH)], default=1)
    valid_from = day(_("First day"), _("Without one: from now on."))
    valid_until = day(_("Last day"), _("Without one: for ever."))
    further_test_reason = text(
        _("Reason for a further test license"),
        service.LONGEST_REASON,
        help_text=_("Only where the customer has an open test license of this product, or several are made."),
    )

    @property
    def key(self) -> UUID:
        """The form's own key."""
        return UUID(self.form_key.data)

    def terms(self, session: Session) -> LicenseTerms:
        """What the form says. Raises `DomainError` `date_invalid` and `LicenseInvalid` `feature_invalid`."""
        return LicenseTerms(
            device_limit=self.device_limit.data,
            concurrent_sessions_limit=self.concurrent_sessions_limit.data,
            type=LicenseType(self.type.data),
            valid_from=day_begins(session, _iso(self.valid_from.data)),
            valid_until=day_ends(session, _iso(self.valid_until.data)),
            features=self.read_features(),
            offline_grace=self.offline_grace.data,
            offline_max_ttl=self.offline_max_ttl.data,
            checkout_enabled=self.checkout_enabled.data,
            further_test_reason=(self.further_test_reason.data or "").strip() or None,
        )


class ExtendManyForm(PanelForm):
    """A further term: so many days, or until a day."""

    days = IntegerField(
        _("Days"), [Optional(), NumberRange(1, 40_000)], description=_("From the end of the last term.")
    )
    valid_until = day(_("or until (last day)"))

    def validate(self, *arguments: Any, **values: Any) -> bool:
        """One of the two is given."""
        if not super().validate(*arguments, **values):
            return False
        if (self.days.data is None) == (self.valid_until.data is None):
            self.days.errors = [gettext("Give either a number of days or the last day.")]
            return False
        return True

    def how(self, session: Session) -> dict[str, Any]:
        """What `extend_license` is told."""
        return {"days": self.days.data, "valid_until": day_ends(session, _iso(self.valid_until.data))}


class ExtendForm(ExtendManyForm, VersionedForm):
    """The same, of one license."""


class VoidTermForm(VersionedForm):
    """Why a term was wrong, and what it should have been."""

    reason = text(_("Reason"), service.LONGEST_REASON, required=True)
    instead_until = day(_("Valid until instead (last day)"), _("Needed where no other term would be left."))


class TransferForm(CustomerChoice, VersionedForm):
    """To whom a license goes, and why."""

    first = ("customer", "customer_id", "new_customer")

    reason = text(_("Reason"), service.LONGEST_REASON, required=True)


class NoteForm(PanelForm):
    """Something to say about a license."""

    body = TextAreaField(_("New note"), [InputRequired(), Length(max=notes.LONGEST_NOTE)], render_kw={"rows": 3})


def stored_license(line: LicenseLine) -> Stored:
    """What the fields of `EditLicenseForm` would say of the license."""
    license_ = line.view.license
    names = ("device_limit", "concurrent_sessions_limit", "offline_grace", "offline_max_ttl", "checkout_enabled")
    values = {name: getattr(license_, name) for name in names}
    return Stored({**values, "features": feature_rows(license_.features.items())}, line.version)


def feature_rows(features: Any) -> list[dict[str, str]]:
    """Features as rows of the form."""
    return [{"name": name, "kind": _kind(value), "value": feature_text(value)} for name, value in sorted(features)]


def feature_text(value: FeatureValue) -> str:
    """A feature's value as it is typed."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(value: FeatureValue) -> str:
    return "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "text"


def _feature(name: str, kind: str, typed: str) -> FeatureValue:
    value: FeatureValue | None = typed
    if kind == "boolean":
        value = _TRUTH.get(typed.lower())
    elif kind == "number":
        number = read_feature_value(typed)
        value = number if isinstance(number, int | float) and not isinstance(number, bool) else None
    if value is None:
        detail = gettext("The feature %(name)s is not of its kind: write true or false, or a number as 1.5.", name=name)
        raise LicenseInvalid("feature_invalid", detail)
    return value


def _iso(chosen: date | None) -> str | None:
    return None if chosen is None else chosen.isoformat()
