"""The pages about products."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.kit.listing import COUNT_CAP, count_rows
from leasehold.licensing import products
from leasehold.licensing.lists import LICENSES, read_list_time
from leasehold.licensing.models import Product
from leasehold.licensing.queries import LicenseFilter, newest_licenses
from leasehold.licensing.vocabulary import LicenseStatus
from leasehold.panel.context import db
from leasehold.panel.lists.page import answer_list
from leasehold.panel.lists.table import Badge
from leasehold.panel.pages import Pages
from leasehold.panel.products.forms import NewProductForm, RenameProductForm, stored_product
from leasehold.panel.products.table import PRODUCT_TABLE
from leasehold.panel.rights import Right
from leasehold.panel.saving import save_form
from leasehold.panel.stale import save_versioned
from leasehold.panel.words import badge_for

pages = Pages("products")
_FORM = ("GET", "POST")


@pages.page("/products", needs=Right.READ)
def list_products() -> ResponseReturnValue:
    """All products."""
    return answer_list(PRODUCT_TABLE)


@pages.page("/products/new", needs=Right.CHANGE_LICENSES, methods=_FORM)
def add_product() -> ResponseReturnValue:
    """Make a product."""
    form = NewProductForm.read()

    def save() -> str:
        product = products.create_product(db(), form.slug.data or "", name=form.name.data or None)
        flash(_("The product is made."), "success")
        return url_for("products.show_product", slug=product.slug)

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = url_for("products.list_products")
    page = render_template("form.html", form=form, title=_("New product"), label=_("Make product"), cancel=cancel)
    return page, form.status


@pages.page("/products/<slug>", needs=Right.READ)
def show_product(slug: str) -> ResponseReturnValue:
    """One product with its licenses, and how many of them stand how."""
    product = products.find_product(db(), slug)
    return render_template(
        "products/product.html",
        product=product,
        counts=_counts(product),
        count_cap=COUNT_CAP,
        licenses=newest_licenses(db(), LicenseFilter(product_id=product.id)),
    )


@pages.page("/products/<slug>/edit", needs=Right.CHANGE_LICENSES, methods=_FORM)
def rename_product(slug: str) -> ResponseReturnValue:
    """Call a product by another name."""
    here = url_for("products.show_product", slug=slug)
    stored = stored_product(products.find_product(db(), slug))
    form = RenameProductForm.read(**stored.values, version=stored.version)

    def save() -> str:
        products.rename_product(db(), slug, form.name.data or "", version=form.version.data)
        flash(_("The product is renamed."), "success")
        return here

    again = lambda: stored_product(products.find_product(db(), slug))  # noqa: E731  # read once it has been refused
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title = _("Rename %(slug)s", slug=slug)
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=here), form.status


def _counts(product: Product) -> list[tuple[Badge, int, str]]:
    """Each status with how many licenses of the product have it, and where they are listed."""
    time = read_list_time(db())
    counted = []
    for status in LicenseStatus:
        filters = {"product": (str(product.id),), "status": (status.value,)}
        address = url_for("licenses.list_licenses", product=product.id, status=status.value)
        counted.append((badge_for(status), count_rows(db(), LICENSES, filters, time), address))
    return counted
