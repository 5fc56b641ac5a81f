"""What the list of imports can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from leasehold.kit.listing import Listing, number
from leasehold.resources.models import ResourceImport, ResourcePool


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import, what its pool is called, and how people call the one who made it."""

    made: ResourceImport
    pool: str
    made_by: str


def _imports(_names: Mapping[str, str]) -> Select[Any]:
    pool = select(ResourcePool.name).where(ResourcePool.id == ResourceImport.pool_id).scalar_subquery()
    return select(ResourceImport, pool)


IMPORTS: Listing[Mapping[str, str], ImportLine] = Listing(
    name="resource_imports",
    query=_imports,
    read=lambda row, names: ImportLine(row[0], row[1], names.get(row[0].made_by, row[0].made_by)),
    key=(ResourceImport.id,),
    orders={"newest": None},
    default_order="-newest",
    conditions={"pool": number(ResourceImport.pool_id)},
)
