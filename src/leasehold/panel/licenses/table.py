"""The list of licenses."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from leasehold.licensing.commands import DeleteLicense, ResumeLicense, SuspendLicense
from leasehold.licensing.lists import LICENSES, ListTime, read_list_time
from leasehold.licensing.products import list_products
from leasehold.licensing.queries import LicenseLine
from leasehold.licensing.service import carry_out
from leasehold.licensing.terms import extend_license
from leasehold.licensing.vocabulary import LicenseStatus, LicenseType
from leasehold.panel.context import actor, db
from leasehold.panel.licenses.forms import ExtendManyForm, feature_text
from leasehold.panel.lists.table import BulkAct, Code, Column, Filter, Link, NewRow, Table
from leasehold.panel.lists.too_many import too_many_customers
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for, choices_of


def _features(line: LicenseLine) -> str:
    return ", ".join(f"{name}={feature_text(value)}" for name, value in sorted(line.view.license.features.items()))


def _suspend(session: Session, key: str, _form: Any) -> None:
    carry_out(session, SuspendLicense(key), actor=actor())


def _extend(session: Session, key: str, form: Any) -> None:
    extend_license(session, key, actor=actor(), **form.how(session))


def _delete(session: Session, key: str, _form: Any) -> None:
    carry_out(session, DeleteLicense(key), actor=actor())


def _resume(session: Session, key: str, _form: Any) -> None:
    carry_out(session, ResumeLicense(key), actor=actor())


LICENSE_TABLE: Table[ListTime, LicenseLine] = Table(
    listing=LICENSES,
    title=_("Licenses"),
    endpoint="licenses.list_licenses",
    context=read_list_time,
    row_key=lambda line: line.view.license.license_key,
    columns=(
        Column(
            "license_key",
            _("License key"),
            lambda line: Code(
                line.view.license.license_key,
                url_for("licenses.show_license", license_key=line.view.license.license_key),
            ),
        ),
        Column(
            "customer",
            _("Customer"),
            lambda line: Link(line.customer, url_for("customers.show_customer", customer_id=line.customer_id)),
        ),
        Column("product", _("Product"), lambda line: line.view.license.product),
        Column("type", _("Type"), lambda line: badge_for(line.view.license.type)),
        Column("status", _("Status"), lambda line: badge_for(line.view.status)),
        Column("devices", _("Devices"), lambda line: f"{line.view.devices_active} / {line.view.license.device_limit}"),
        Column(
            "sessions",
            _("Sessions"),
            lambda line: f"{line.view.sessions_live} / {line.view.license.concurrent_sessions_limit}",
        ),
        Column("features", _("Features"), _features, shown=False),
        Column(
            "offline_grace",
            _("Offline grace (s)"),
            lambda line: line.view.license.offline_grace,
            shown=False,
            numeric=True,
        ),
        Column("checkout", _("Checkout"), lambda line: line.view.license.checkout_enabled, shown=False),
        Column("valid_from", _("Valid from"), lambda line: line.view.license.valid_from, shown=False),
        Column("valid_until", _("Valid until"), lambda line: line.view.license.valid_until, order="valid_until"),
        Column("created", _("Created"), lambda line: line.created_at, order="created", shown=False),
    ),
    filters=(
        Filter("q", _("License key or customer"), too_many=too_many_customers),
        Filter("status", _("Status"), choices=lambda: choices_of(LicenseStatus)),
        Filter("type", _("Type"), choices=lambda: choices_of(LicenseType)),
        Filter("product", _("Product"), choices=lambda: [(str(one.id), one.name) for one in list_products(db())]),
        Filter("customer", _("Customer number")),
        Filter("ends_from", _("Ends from"), kind="date"),
        Filter("ends_until", _("Ends until"), kind="date"),
    ),
    acts=(
        BulkAct(
            "suspend",
            _("Suspend"),
            lambda count: ngettext(
                "Suspend %(num)s license? Its live sessions end at once.",
                "Suspend %(num)s licenses? Their live sessions end at once.",
                count,
            ),
            _suspend,
            Right.CHANGE_LICENSES,
            icon="player-pause",
            guarded=True,
        ),
        BulkAct(
            "resume",
            _("Resume"),
            lambda count: ngettext("Resume %(num)s license?", "Resume %(num)s licenses?", count),
            _resume,
            Right.CHANGE_LICENSES,
            icon="player-play",
            guarded=True,
        ),
        BulkAct(
            "extend",
            _("Extend"),
            lambda count: ngettext(
                "Grant %(num)s license a further term?", "Grant %(num)s licenses a further term each?", count
            ),
            _extend,
            Right.CHANGE_LICENSES,
            form=ExtendManyForm,
            icon="calendar",
            guarded=True,
        ),
        BulkAct(
            "delete",
            _("Delete"),
            lambda count: ngettext(
                "Delete %(num)s license for good? Its live sessions end at once.",
                "Delete %(num)s licenses for good? Their live sessions end at once.",
                count,
            ),
            _delete,
            Right.CHANGE_LICENSES,
            icon="trash",
            guarded=True,
        ),
    ),
    new=(NewRow("licenses.make_licenses", _("New licenses"), Right.CHANGE_LICENSES),),
)
