"""Customers found by a part of their name; what their list can be asked."""

from sqlalchemy import Select, func, select

from leasehold.customers.models import Customer, Institution

_MOST_FOUND = 500


def customers_named(part: str) -> Select[int]:
    """The ids of customers whose name contains `part`, in any letter case; at most 500.

    The search stands in a query of its own that is done first: else the planner would rather walk a whole list.
    """
    words = part.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = (
        select(Institution.id).where(func.lower(Institution.name).like(f"%{words}%")).limit(_MOST_FOUND).cte("named")
    ).prefix_with("MATERIALIZED")
    return select(Customer.id).where(Customer.institution_id.in_(select(found.c.id)))
