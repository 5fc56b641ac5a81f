"""The forms about products."""

from flask_babel import lazy_gettext as _

from leasehold.licensing import products
from leasehold.licensing.models import Product
from leasehold.panel.fields import text
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm


class NewProductForm(PanelForm):
    """A product that is made."""

    slug = text(
        _("Slug"),
        64,
        help_text=_("What your software names the product by: lower case letters, digits, hyphens. It never changes."),
        required=True,
    )
    name = text(_("Name"), products.LONGEST_NAME, help_text=_("What people read; the slug where it is empty."))


class RenameProductForm(VersionedForm):
    """A product's name."""

    name = text(_("Name"), products.LONGEST_NAME, required=True)


def stored_product(product: Product) -> Stored:
    """What the fields of `RenameProductForm` would say of the product."""
    return Stored({"name": product.name}, product.version)
