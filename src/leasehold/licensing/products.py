"""Make and find products."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from leasehold.kit.orm import check_version
from leasehold.kit.text import clean_text
from leasehold.licensing.errors import ProductExists, ProductNotFound, ProductSlugInvalid
from leasehold.licensing.models import Product

LONGEST_NAME = 120
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def create_product(session: Session, slug: str, *, name: str | None = None) -> Product:
    """A new product; without a name it is called by its slug.

    Raises `ProductSlugInvalid`, `ProductExists`, and `DomainError` `text_invalid` for the name.
    """
    product = _insert(session, slug, slug if name is None else name)
    if product is None:
        raise ProductExists(slug)
    return product


def find_product(session: Session, slug: str) -> Product:
    """The product with this slug. Raises `ProductNotFound`."""
    product = session.scalars(select(Product).where(Product.slug == slug)).one_or_none()
    if product is None:
        raise ProductNotFound(slug)
    return product


def product_of(session: Session, product_id: int) -> Product:
    """The product that a row refers to."""
    return session.get_one(Product, product_id)


def rename_product(session: Session, slug: str, name: str, *, version: int | None = None) -> None:
    """Call the product, read at `version`, by another name; its slug stays, for clients know it.

    Raises `ProductNotFound`, `Stale` and `DomainError` `text_invalid`.
    """
    product = find_product(session, slug)
    session.refresh(product, with_for_update={"key_share": True})
    check_version(product, version)
    product.name = clean_text(name, what="The product's name", longest=LONGEST_NAME)
    session.flush()


def find_or_create_product(session: Session, slug: str) -> Product:
    """The same, but an unknown slug makes a product; two callers at once make one. Raises `ProductSlugInvalid`."""
    known = session.scalars(select(Product).where(Product.slug == slug)).one_or_none()
    return known or _insert(session, slug, slug) or find_product(session, slug)


def list_products(session: Session) -> Sequence[Product]:
    """Every product in the order of their slugs."""
    return session.scalars(select(Product).order_by(Product.slug)).all()


def _insert(session: Session, slug: str, name: str) -> Product | None:
    if not _SLUG.fullmatch(slug):
        raise ProductSlugInvalid(slug)
    row = {"slug": slug, "name": clean_text(name, what="The product's name", longest=LONGEST_NAME)}
    made = insert(Product).values(row).on_conflict_do_nothing(index_elements=["slug"]).returning(Product)
    return session.scalars(made).one_or_none()
