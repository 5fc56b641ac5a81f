"""`leasehold product …`."""

from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.licensing.models import Product
from leasehold.licensing.products import create_product, find_product, list_products

app = new_group()
_COLUMNS = ("id", "slug", "name", "created_at")


@verb(app, "create")
def create(
    call: Call,
    slug: Annotated[
        str | None, typer.Argument(help="What clients name it by: lower case letters, digits, hyphens.")
    ] = None,
    *,
    slug_option: Annotated[str | None, typer.Option("--slug", help="The same, as an option.")] = None,
    name: Annotated[str | None, typer.Option(help="What people read; the slug where none is given.")] = None,
) -> None:
    """Make a product."""
    wanted = slug if slug is not None else slug_option
    if wanted is None or (slug is not None and slug_option is not None):
        raise typer.BadParameter("give the product's slug once", param_hint="SLUG")
    with transaction(call) as session:
        fields = _fields(create_product(session, wanted, name=name))
    call.show(fields)


@verb(app, "list")
def list_(call: Call) -> None:
    """List all products."""
    with transaction(call) as session:
        call.show_list(map(_fields, list_products(session)), _COLUMNS)


@verb(app, "show")
def show(call: Call, slug: Annotated[str, typer.Argument(help="The product.", show_default=False)]) -> None:
    """Show one product."""
    with transaction(call) as session:
        fields = _fields(find_product(session, slug))
    call.show(fields)


def _fields(product: Product) -> Fields:
    return {
        "id": product.id,
        "slug": product.slug,
        "name": product.name,
        "created_at": rfc3339(product.created_at),
    }
