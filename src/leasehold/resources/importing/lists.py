"""What the list of imports can be asked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from leasehold.imports.records import ImportLine
from leasehold.kit.listing import Listing, number
from leasehold.resources.models import ResourceImport, ResourcePool


def _imports(_names: Mapping[str, str]) -> Select[Any]:
    pool = select(ResourcePool.name).where(ResourcePool.id == ResourceImport.pool_id).scalar_subquery()
    return select(ResourceImport, pool)


IMPORTS: Listing[Mapping[str, str], ImportLine[ResourceImport]] = Listing(
    name="resource_imports",
    query=_imports,
    read=lambda row, names: ImportLine(row[0], names.get(row[0].made_by, row[0].made_by), row[1]),
    key=(ResourceImport.id,),
    orders={"newest": None},
    default_order="-newest",
    conditions={"pool": number(ResourceImport.pool_id)},
)
