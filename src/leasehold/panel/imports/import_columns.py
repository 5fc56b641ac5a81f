"""What every list of imports shows of one, whatever was imported."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.imports.models import FileImport
from leasehold.imports.records import ImportLine
from leasehold.panel.audit.words import actor_words
from leasehold.panel.context import may
from leasehold.panel.lists.table import Code, Column, Link
from leasehold.panel.rights import Right

FIGURES: tuple[Column[Any], ...] = (
    Column("new", _("New"), lambda line: line.made.rows_new, numeric=True),
    Column("same", _("There already"), lambda line: line.made.rows_same, numeric=True),
    Column("duplicate", _("Twice in the file"), lambda line: line.made.rows_duplicate, numeric=True),
    Column("wrong", _("Wrong"), lambda line: line.made.rows_wrong, numeric=True),
    Column("who", _("Who"), lambda line: actor_words(line.made.made_by, line.made_by)),
    Column("reverted", _("Reverted"), lambda line: line.made.reverted_at),
    Column("reason", _("Reason"), lambda line: line.made.revert_reason, shown=False),
    Column("sha256", _("SHA-256 of the file"), lambda line: Code(line.made.sha256), shown=False),
)
WHEN: Column[Any] = Column("time", _("When"), lambda line: line.made.created_at, order="newest")


def revert_column(endpoint: str, *, needs: Right) -> Column[Any]:
    """The way to the page that takes an import back, as long as that can be, for who has the right."""

    def link(line: ImportLine[FileImport]) -> Link | None:
        if line.made.reverted_at is not None or not may(needs):
            return None
        return Link(str(_("Revert import")), url_for(endpoint, import_id=line.made.id))

    return Column("revert", _("Revert"), link)
