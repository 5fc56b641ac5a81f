"""The list of products."""

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.licensing.lists import PRODUCTS
from leasehold.licensing.models import Product
from leasehold.panel.lists.table import Code, Column, Link, NewRow, Table
from leasehold.panel.rights import Right

PRODUCT_TABLE: Table[None, Product] = Table(
    listing=PRODUCTS,
    title=_("Products"),
    endpoint="products.list_products",
    context=lambda _session: None,
    row_key=lambda product: product.slug,
    columns=(
        Column(
            "name",
            _("Name"),
            lambda product: Link(product.name, url_for("products.show_product", slug=product.slug)),
            order="name",
        ),
        Column("slug", _("Slug"), lambda product: Code(product.slug)),
        Column("created", _("Created"), lambda product: product.created_at, order="newest"),
    ),
    new=(NewRow("products.add_product", _("New product"), Right.CHANGE_LICENSES),),
)
