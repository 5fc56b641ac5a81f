"""The list of imports of institutions."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from leasehold.imports.records import ImportLine
from leasehold.leads.importing.lists import IMPORTS
from leasehold.leads.models import InstitutionImport
from leasehold.panel.imports.import_columns import FIGURES, WHEN, revert_column
from leasehold.panel.lists.table import Column, NewRow, Table
from leasehold.panel.rights import Right
from leasehold.staff.names import names_of_staff

IMPORT_TABLE: Table[Mapping[str, str], ImportLine[InstitutionImport]] = Table(
    listing=IMPORTS,
    title=_("Imports of institutions"),
    endpoint="institutions.list_imports",
    context=names_of_staff,
    row_key=lambda line: str(line.made.id),
    columns=(
        WHEN,
        Column("file", _("File"), lambda line: line.made.file_name),
        *FIGURES,
        revert_column("institutions.revert_import", needs=Right.CHANGE_CUSTOMERS),
    ),
    filters=(),
    new=(NewRow("institutions.import_file", _("Import institutions"), Right.CHANGE_CUSTOMERS, icon="upload"),),
)
