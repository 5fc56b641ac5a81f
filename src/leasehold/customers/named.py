"""Institutions, and those of them that are customers, found by a part of their name however it is spelled."""

from sqlalchemy import ColumnElement, Select, Text, func, literal, or_, select

from leasehold.customers.models import Customer, Institution
from leasehold.kit.matching import SHORTEST_PART


def institutions_named(part: str, most: int) -> Select[int]:
    """The ids of institutions whose name contains `part`; at most so many, and none that was merged away.

    Fewer than three letters must be the beginning of a word, for the index of parts knows no less. The search stands in
    a query of its own that is done first: else the planner would rather walk a whole list.
    """
    return _of(select(Institution.id).where(_contains(part)), most)


def customers_named(part: str, most: int) -> Select[int]:
    """The ids of customers whose name contains `part`, in the same way."""
    of_customers = select(Customer.id).join(Institution, Institution.id == Customer.institution_id)
    return _of(of_customers.where(_contains(part)), most)


def _of(found: Select[int], most: int) -> Select[int]:
    live = found.where(Institution.merged_into_id.is_(None)).limit(most).cte("named").prefix_with("MATERIALIZED")
    return select(live.c.id)


def _contains(part: str) -> ColumnElement[bool]:
    folded = func.fold_name(part, type_=Text)
    if len(part.strip()) >= SHORTEST_PART:
        return Institution.name_folded.like(literal("%") + folded + "%")
    begins = Institution.name_folded.like(folded + "%")
    return or_(begins, Institution.name_folded.like(literal("% ") + folded + "%"))
