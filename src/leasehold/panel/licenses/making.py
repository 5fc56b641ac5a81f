"""Make licenses: one, or many after a look at what will be made."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from leasehold.audit.service import record_event
from leasehold.customers.editing import read_customer
from leasehold.kit.errors import DomainError
from leasehold.licensing.batches import create_batch, find_batch, rows_of_batch, take_keys
from leasehold.licensing.models import LicenseBatch
from leasehold.licensing.products import find_product, list_products, product_of
from leasehold.panel.context import actor, db, finish
from leasehold.panel.customers.choosing import numbered_name
from leasehold.panel.licenses.forms import MakeLicensesForm, feature_text
from leasehold.panel.licenses.views import pages
from leasehold.panel.lists.export import FORMATS, Value, send_rows
from leasehold.panel.rights import Right
from leasehold.panel.saving import is_valid, save_form

_TITLES = ("license_key", "type", "device_limit", "concurrent_sessions_limit", "valid_from", "valid_until")


@pages.page("/licenses/new", needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def make_licenses() -> ResponseReturnValue:
    """Make a license, or many of the same kind; where there is no product yet, that comes first."""
    if not list_products(db()):
        flash(_("Each license is of a product: make the first product, then its licenses."), "info")
        return redirect(url_for("products.add_product"))
    form = MakeLicensesForm.read(
        form_key=str(uuid4()), customer=request.args.get("customer"), product=request.args.get("product")
    )
    agreed = "agreed" in request.form
    if request.method == "POST" and not agreed and form.count.data != 1 and is_valid(form):
        if (page := _preview(form)) is not None:
            return page
    elif "change" not in request.form and (onward := save_form(form, lambda: _address(_make(form)))) is not None:
        return onward
    cancel = url_for("licenses.list_licenses")
    page = render_template("form.html", form=form, title=_("New licenses"), label=_("Make licenses"), cancel=cancel)
    return page, form.status


@pages.page("/licenses/batches/<uuid:form_key>", needs=Right.READ)
def show_batch(form_key: UUID) -> ResponseReturnValue:
    """What a form has made."""
    batch = find_batch(db(), form_key)
    return render_template(
        "licenses/batch.html",
        batch=batch,
        customer=read_customer(db(), batch.customer_id),
        product=product_of(db(), batch.product_id),
    )


@pages.page("/licenses/batches/<uuid:form_key>/keys", needs=Right.CHANGE_LICENSES, methods=("POST",))
def download_keys(form_key: UUID) -> ResponseReturnValue:
    """The keys of a batch as a file, once."""
    wanted = request.form.get("format")
    if wanted not in FORMATS:
        raise NotFound
    batch = take_keys(db(), form_key, actor=actor())
    details = {"format": wanted, "count": batch.count}
    record_event(db(), "export", table="license_batches", row_id=str(batch.id), details=details)

    def rows(session: Session) -> Iterator[list[Value]]:
        for row in rows_of_batch(session, batch):
            yield [getattr(row, name) for name in _TITLES]

    return send_rows(f"license-keys-{batch.created_at:%Y%m%d-%H%M%S}.{wanted}", _TITLES, rows)


def _make(form: MakeLicensesForm) -> LicenseBatch:
    session = db()
    batch = create_batch(
        session,
        form.key,
        form.terms(session),
        customer=form.chosen(session),
        product=find_product(session, form.product.data),
        count=form.count.data,
        actor=actor(),
    )
    flash(_("The licenses are made.") if batch.count > 1 else _("The license is made."), "success")
    return batch


def _address(batch: LicenseBatch) -> str:
    """Where to go on: to the license, or to all of them."""
    rows = rows_of_batch(db(), batch) if batch.count == 1 else []
    if rows:
        return url_for("licenses.show_license", license_key=rows[0].license_key)
    return url_for("licenses.show_batch", form_key=batch.idempotency_key)


def _preview(form: MakeLicensesForm) -> ResponseReturnValue | None:
    """What would be made, found by making it and taking it back; None where it is refused."""
    try:
        session = db()
        terms, customer = form.terms(session), form.chosen(session)
        product = find_product(session, form.product.data)
        create_batch(session, form.key, terms, customer=customer, product=product, count=form.count.data, actor=actor())
        name, whose = product.name, numbered_name(customer)
    except DomainError as error:
        form.refuse(error)
        return None
    finish(keep=False)
    fields = [(field, value) for field, value in request.form.items(multi=True) if field != "csrf_token"]
    if customer_stands := not form.makes_customer():
        fields = [(field, whose if field == "customer" else value) for field, value in fields]
    return render_template(
        "licenses/preview.html",
        terms=terms,
        features=[(feature, feature_text(value)) for feature, value in sorted(terms.features.items())],
        customer=whose if customer_stands else form.customer.data,
        product=name,
        count=form.count.data,
        fields=fields,
    )
