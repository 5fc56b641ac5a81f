"""The list of imports into pools."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.panel.audit.words import actor_words
from leasehold.panel.lists.table import Code, Column, Filter, Link, Table
from leasehold.resources.importing.lists import IMPORTS, ImportLine
from leasehold.staff.names import names_of_staff


def _values(line: ImportLine) -> Link:
    only_these: dict[str, Any] = {"import": line.made.id}
    return Link(line.made.file_name, url_for("resources.list_resources", **only_these))


def _revert(line: ImportLine) -> Link | None:
    if line.made.reverted_at is not None:
        return None
    return Link(str(_("Revert import")), url_for("resources.revert_import", import_id=line.made.id))


IMPORT_TABLE: Table[Mapping[str, str], ImportLine] = Table(
    listing=IMPORTS,
    title=_("Imports into pools"),
    endpoint="resources.list_imports",
    context=names_of_staff,
    row_key=lambda line: str(line.made.id),
    columns=(
        Column("time", _("When"), lambda line: line.made.created_at, order="newest"),
        Column(
            "file",
            _("File"),
            _values,
        ),
        Column(
            "pool",
            _("Pool"),
            lambda line: Link(line.pool, url_for("resources.show_pool", pool_id=line.made.pool_id)),
        ),
        Column("new", _("New"), lambda line: line.made.rows_new, numeric=True),
        Column("same", _("There already"), lambda line: line.made.rows_same, numeric=True),
        Column("duplicate", _("Twice in the file"), lambda line: line.made.rows_duplicate, numeric=True),
        Column("wrong", _("Wrong"), lambda line: line.made.rows_wrong, numeric=True),
        Column("who", _("Who"), lambda line: actor_words(line.made.made_by, line.made_by)),
        Column("reverted", _("Reverted"), lambda line: line.made.reverted_at),
        Column("reason", _("Reason"), lambda line: line.made.revert_reason, shown=False),
        Column("sha256", _("SHA-256 of the file"), lambda line: Code(line.made.sha256), shown=False),
        Column("revert", _("Revert"), _revert),
    ),
    filters=(Filter("pool", _("Number of the pool")),),
)
