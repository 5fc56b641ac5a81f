"""The list of imports into pools."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.imports.records import ImportLine
from leasehold.panel.imports.import_columns import FIGURES, WHEN, revert_column
from leasehold.panel.lists.table import Column, Filter, Link, Table
from leasehold.panel.rights import Right
from leasehold.resources.importing.lists import IMPORTS
from leasehold.resources.models import ResourceImport
from leasehold.staff.names import names_of_staff

_Line = ImportLine[ResourceImport]


def _values(line: _Line) -> Link:
    only_these: dict[str, Any] = {"import": line.made.id}
    return Link(line.made.file_name, url_for("resources.list_resources", **only_these))


IMPORT_TABLE: Table[Mapping[str, str], _Line] = Table(
    listing=IMPORTS,
    title=_("Imports into pools"),
    endpoint="resources.list_imports",
    context=names_of_staff,
    row_key=lambda line: str(line.made.id),
    columns=(
        WHEN,
        Column("file", _("File"), _values),
        Column(
            "pool",
            _("Pool"),
            lambda line: Link(line.into, url_for("resources.show_pool", pool_id=line.made.pool_id)),
        ),
        *FIGURES,
        revert_column("resources.revert_import", needs=Right.CHANGE_LICENSES),
    ),
    filters=(Filter("pool", _("Number of the pool")),),
)
