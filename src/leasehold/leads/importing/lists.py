"""What the list of imports of institutions can be asked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from leasehold.imports.records import ImportLine
from leasehold.kit.listing import Listing
from leasehold.leads.models import InstitutionImport


def _imports(_names: Mapping[str, str]) -> Select[Any]:
    return select(InstitutionImport)


IMPORTS: Listing[Mapping[str, str], ImportLine[InstitutionImport]] = Listing(
    name="institution_imports",
    query=_imports,
    read=lambda row, names: ImportLine(row[0], names.get(row[0].made_by, row[0].made_by)),
    key=(InstitutionImport.id,),
    orders={"newest": None},
    default_order="-newest",
    conditions={},
)
